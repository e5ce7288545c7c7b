import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseManuscript, parseProject, toProse, toSource } from '../../src/document/index.ts'
import { findFault, sourceText } from '../support/listing.ts'

function passagesOf(text: string) {
  const { passages } = parseManuscript({ file: 'a.tex', text })
  for (const passage of passages) assert.equal(findFault(passage, text), undefined)
  return passages
}

const proseOf = (text: string): string =>
  passagesOf(text)
    .map((p) => p.text)
    .join(' ¶ ')

describe('macros without arguments', () => {
  const cases: readonly [what: string, definition: string, use: string, prose: string][] = [
    ['newcommand', '\\newcommand{\\tgfb}{TGF-$\\beta$}', 'The \\tgfb{} pathway.', 'The TGF-β pathway.'],
    ['bare newcommand', '\\newcommand\\tgfb{TGF-$\\beta$}', '\\tgfb, again', 'TGF-β, again'],
    ['starred', '\\newcommand*{\\ad}{Alzheimer disease}', 'In \\ad.', 'In Alzheimer disease.'],
    ['no arguments stated', '\\newcommand{\\ad}[0]{Alzheimer disease}', 'In \\ad.', 'In Alzheimer disease.'],
    ['def', '\\def\\ecoli{\\textit{E. coli}}', 'In \\ecoli{} cells', 'In E. coli cells'],
    ['gdef', '\\gdef\\ecoli {\\emph{E. coli}}', '\\ecoli-derived', 'E. coli-derived'],
    ['provided', '\\providecommand{\\ad}{AD}', '\\ad', 'AD'],
    ['provided later', '\\newcommand{\\ad}{AD}\\providecommand{\\ad}{no}', '\\ad', 'AD'],
    ['redefined', '\\newcommand{\\ad}{no}\\renewcommand{\\ad}{AD}', '\\ad', 'AD'],
    ['robust', '\\DeclareRobustCommand{\\ad}{AD}', '\\ad', 'AD'],
    ['xparse', '\\NewDocumentCommand{\\ad}{}{AD}', '\\ad', 'AD'],
    ['math operator', '\\DeclareMathOperator{\\logit}{logit}', 'The \\logit{} link', 'The logit link'],
    ['let', '\\newcommand{\\ad}{AD}\\let\\alz=\\ad', '\\alz', 'AD'],
    ['let of a symbol', '\\let\\mm\\textmu', '5 \\mm{}g', '5 µg'],
    ['macros in macros', '\\newcommand{\\il}{\\pre-6}\\newcommand{\\pre}{IL}', '\\il{} rose', 'IL-6 rose'],
    ['ensuremath', '\\newcommand{\\ca}{\\ensuremath{\\mathrm{Ca}^{2+}}}', '\\ca{} flux', 'Ca2+ flux'],
    ['blanks that TeX skips', '\\newcommand{\\il}{IL}', '\\il -6, \\il 6', 'IL-6, IL6'],
    [
      'xspace',
      '\\newcommand{\\ad}{AD\\xspace}',
      '\\ad is, \\ad, \\ad. (\\ad) \\ad-like',
      'AD is, AD, AD. (AD) AD-like',
    ],
    ['xspace before a bracket', '\\def\\ad{{\\em AD\\xspace}}', '\\ad(x) \\ad\n(y)', 'AD (x) AD (y)'],
    [
      'a blank at the end',
      '\\newcommand{\\eg}{e.g.\\ }',
      'A (\\eg aspirin) \\eg{} b \\eg',
      'A (e.g. aspirin) e.g. b e.g.',
    ],
    ['a blank at the start', '\\newcommand{\\um}{~$\\mu$m}', '5\\um{} 5 \\um', '5 μm 5 μm'],
    [
      'comments in it',
      '\\newcommand{\\ad}{%\n  Alzheimer% one\n  disease%\n}',
      '\\ad{}s',
      'Alzheimerdiseases',
    ],
    ['a known name', '\\newcommand{\\corr}{correlation}', 'A \\corr.', 'A correlation.'],
    ['a reference in it', '\\newcommand{\\figa}{Fig.~\\ref{fig:a}}', 'See \\figa{} A', 'See Fig. A'],
    ['options behind it', '\\newcommand{\\ad}{AD}', '\\ad [sic] \\ad[1]', 'AD[sic] AD[1]'],
    ['two sentences', '\\newcommand{\\two}{One. Two.}', 'A \\two{} Three.', 'A One. Two. Three.'],
    ['a title', '\\newcommand{\\ad}{AD}', '\\section{On \\ad}\\caption{In \\ad}', 'On AD ¶ In AD'],
  ]
  for (const [what, definition, use, prose] of cases) {
    it(`${what}: ${use}`, () => {
      assert.equal(proseOf(`${definition}\n${use}`), prose)
      const document = `\\documentclass{a}${definition}\n\\begin{document}\n${use}\n\\end{document}`
      assert.equal(proseOf(document), prose)
    })
  }

  const others: readonly [what: string, definition: string, use: string, prose: string][] = [
    ['with arguments', '\\newcommand{\\gene}[1]{gene #1}', 'a \\gene{CFTR} b', 'a CFTR b'],
    ['def with arguments', '\\def\\gene#1{gene #1}', 'a \\gene{CFTR} b', 'a CFTR b'],
    ['of itself', '\\def\\x{a\\y}\\def\\y{\\x}', 'a \\x{} b', 'a b'],
    ['an environment', '\\newcommand{\\be}{\\begin{itemize}}', 'a \\be{} b', 'a b'],
    ['a heading', '\\newcommand{\\x}{\\section{No}}', 'a \\x{} b', 'a b'],
    ['nothing', '\\newcommand{\\x}{}', 'a \\x{} b', 'a b'],
    ['a colour', '\\newcommand{\\x}{\\color{red}}', 'a \\x{} b', 'a b'],
    ['cells', '\\newcommand{\\x}{a & b}', 'a \\x{} b', 'a b'],
    ['in a comment', '% \\newcommand{\\x}{no}', 'a \\x{} b', 'a b'],
    ['in verbatim text', '\\begin{verbatim}\\def\\x{no}\\end{verbatim}', 'a \\x{} b', 'a b'],
    ['switched off', '\\iffalse\\def\\x{no}\\fi', 'a \\x{} b', 'a b'],
    ['long text', `\\def\\x{${'no '.repeat(200)}}`, 'a \\x{} b', 'a b'],
  ]
  for (const [what, definition, use, prose] of others) {
    it(`leaves as they were: ${what}`, () => assert.equal(proseOf(`${definition}\n${use}`), prose))
  }

  it('stand for their call in the source', () => {
    // As many letters as the call, one of them, and a part of the expansion.
    const text =
      '\\newcommand{\\tgfb}{TGF-$\\beta$}\n\\begin{document}\nThe \\tgfb{} and \\tgfb-like.\\end{document}'
    const [passage] = passagesOf(text)
    assert.ok(passage)
    assert.equal(passage.text, 'The TGF-β and TGF-β-like.')
    assert.equal(sourceText(passage, text, 'TGF-β'), '\\tgfb')
    assert.equal(sourceText(passage, text, 'GF'), '\\tgfb')
    assert.equal(sourceText(passage, text, 'The TGF'), 'The \\tgfb')
    assert.equal(sourceText(passage, text, 'β-like'), '\\tgfb-like')
    const call = text.indexOf('\\tgfb{}')
    assert.deepEqual(toProse(passage, { start: call + 2, end: call + 3 }), { start: 4, end: 9 })
  })

  it('every unit of an expansion stands for the whole call', () => {
    const word = fc.constantFrom(
      'TGF',
      '-',
      '$\\beta$',
      'é',
      ' ',
      '~',
      '. A',
      '\\textit{b}',
      '1',
      '\\"o',
      '🧬',
    )
    const body = fc.array(word, { minLength: 1, maxLength: 8 }).map((w) => w.join(''))
    fc.assert(
      fc.property(
        body,
        fc.constantFrom('', 'Before ', '('),
        fc.constantFrom('', '{} after.', ')', '.', '~b'),
        (b, head, tail) => {
          const definition = `\\newcommand{\\tgfb}{${b}}\n\n`
          const text = `${definition}${head}\\tgfb${tail}`
          const start = definition.length + head.length
          for (const passage of passagesOf(text)) {
            for (let at = 0; at < passage.text.length; at++) {
              const source = toSource(passage, { start: at, end: at + 1 })
              if (source.end <= start || source.start >= start + 5) continue
              assert.deepEqual(source, { start, end: start + 5 })
            }
          }
        },
      ),
      { seed: 20261121, numRuns: 300 },
    )
  })

  it('are cut by no passage', () => {
    const text = `\\newcommand{\\two}{${'Asthma is common. It is treated. '.repeat(5)}}\n\n${'\\two{} '.repeat(30)}`
    const passages = passagesOf(text)
    assert.ok(passages.length > 3)
    for (const [i, passage] of passages.entries())
      assert.ok(i === 0 || passage.source.start >= (passages[i - 1]?.source.end ?? 0))
  })
})

describe('macros of a project', () => {
  const parse = (files: Readonly<Record<string, string>>): string =>
    parseProject({ file: 'm.tex', text: files['m.tex'] ?? '' }, (path) => files[path])
      .passages.map((p) => `${p.file}: ${p.text}`)
      .join(' ¶ ')

  it('are found in what the preamble includes, of which nothing is read', () =>
    assert.equal(
      parse({
        'm.tex': '\\input{defs}\\begin{document}In \\ad{} mice.\\end{document}',
        'defs.tex': 'Not prose. \\newcommand{\\ad}{AD}',
      }),
      'm.tex: In AD mice.',
    ))

  it('hold in all its files', () =>
    assert.equal(
      parse({
        'm.tex': '\\newcommand{\\ad}{AD}\\begin{document}\\input{a}\\il{}\\end{document}',
        'a.tex': '\\def\\il{IL-6}In \\ad{} mice. \\input{b}',
        'b.tex': '\\il{} and \\ad. \\input{a}',
      }),
      'a.tex: In AD mice. ¶ b.tex: IL-6 and AD. ¶ m.tex: IL-6',
    ))
})
