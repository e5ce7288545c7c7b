import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Manuscript } from '../../src/core/index.ts'
import {
  createManuscriptParser,
  MAX_PASSAGE_LENGTH,
  parseManuscript,
  toProse,
  toSource,
} from '../../src/document/index.ts'
import { findFault } from '../support/listing.ts'

const SEED = 20261120
const shared = [
  'α',
  '🧬',
  'é',
  'e\u0301',
  '\u00a0',
  '\0',
  '\ud83d',
  '\r\n',
  '\r',
  '\n',
  '\n\n',
  ' ',
  '  ',
  '\t',
  'word ',
  'E. coli. ',
  'TNF-',
  '.',
  ',',
  '(',
  ')',
  '$',
  '$\\alpha$',
  '--',
  '\uFEFF',
  '\\(',
  '\\)',
  '\\[',
  '\\]',
  '$$',
  '{',
  '}',
  '[',
  ']',
  '%',
  '&',
  '~',
  '<',
  '`',
]
const markdown = [
  ...shared,
  '# ',
  '*',
  '**',
  '_',
  '- ',
  '1. ',
  '> ',
  '| a | b |\n|---|---|\n| c | d |',
  '|',
  '![',
  '](u)',
  '[@x]',
  '{#fig:a}',
  '<!--',
  '-->',
  '```',
  '---\n',
  'title: x\n',
  '[^1]',
  '[^1]: ',
  '^[',
  '&mu;',
  '&#0;',
  '<sub>',
  ':::',
  '===\n',
  '    ',
  ':   ',
  '@fig:x',
  '{{',
  '}}',
  '\\',
  '\\*',
  '<div>',
  '^',
  'Table: ',
]
const latex = [
  ...shared,
  '\\section{',
  '\\textbf{',
  '\\begin{figure}',
  '\\end{figure}',
  '\\caption{',
  '\\begin{tabular}{ll}',
  '\\end{tabular}',
  '\\\\',
  '\\footnote{',
  '\\cite{',
  '\\item',
  '\\begin{itemize}',
  '\\end{itemize}',
  '\\"o',
  "\\'{e}",
  '\\begin{verbatim}',
  '\\end{verbatim}',
  '\\begin{equation}',
  '\\end{equation}',
  '\\begin{document}',
  '\\end{document}',
  '\\input{x}',
  '\\verb|',
  '\\newcommand{\\x}',
  '\\newcommand{\\tgfb}{TGF-$\\beta$}',
  '\\def\\y{ One. \\x ',
  '\\tgfb',
  '\\tgfb{}',
  '\\x',
  '\\y ',
  '\\alpha',
  '\\',
  '\\%',
  '``',
  "''",
  '#1',
  '\\begin{abstract}',
  '\\title{',
  '\\abstract{',
  '\\iffalse',
  '\\fi',
  '\\textcolor{red}{',
  '\\href{',
]

const formats = { md: markdown, tex: latex, txt: shared } as const

const manuscript = (format: keyof typeof formats) =>
  fc.array(fc.constantFrom(...formats[format]), { maxLength: 60 }).map((p) => p.join(''))
const check = (format: keyof typeof formats, property: (text: string, file: string) => void) =>
  fc.assert(
    fc.property(manuscript(format), (text) => property(text, `a.${format}`)),
    { seed: SEED, numRuns: 120 },
  )

function assertSound(parsed: Manuscript, text: string): void {
  for (const passage of parsed.passages) {
    assert.equal(findFault(passage, text), undefined)
    assert.ok(passage.text.length <= MAX_PASSAGE_LENGTH || passage.kind === 'table')
  }
  for (const { span } of parsed.problems)
    assert.ok(!span || (0 <= span.start && span.start <= span.end && span.end <= text.length))
}

for (const format of ['md', 'tex', 'txt'] as const) {
  describe(`any text as .${format}`, () => {
    it('gives sound passages', () =>
      check(format, (text, file) => assertSound(parseManuscript({ file, text }), text)))

    it('gives the same after edits as from scratch', () => {
      const edits = fc.array(fc.tuple(fc.nat(), fc.nat(12), fc.constantFrom(...formats[format])), {
        maxLength: 6,
      })
      fc.assert(
        fc.property(manuscript(format), edits, (first, changes) => {
          const parser = createManuscriptParser()
          let text = first
          parser.parse({ file: `a.${format}`, text })
          for (const [at, length, insert] of changes) {
            const start = text.length === 0 ? 0 : at % text.length
            text = text.slice(0, start) + insert + text.slice(start + length)
            assert.deepEqual(
              parser.parse({ file: `a.${format}`, text }),
              parseManuscript({ file: `a.${format}`, text }),
            )
          }
        }),
        { seed: SEED, numRuns: 120 },
      )
    })

    it('reads the same with CRLF and a BOM', () => {
      check(format, (text, file) => {
        const unix = text.replace(/\r\n?/g, '\n').replaceAll('\uFEFF', '')
        const texts = (t: string) => parseManuscript({ file, text: t }).passages.map((p) => [p.kind, p.text])
        assert.deepEqual(texts(`\uFEFF${unix.replaceAll('\n', '\r\n')}`), texts(unix))
      })
    })

    it('maps every stretch of prose to source and back', () => {
      check(format, (text, file) => {
        for (const passage of parseManuscript({ file, text }).passages) {
          for (let start = 0; start < passage.text.length; start += 3) {
            const span = { start, end: Math.min(passage.text.length, start + 4) }
            const source = toSource(passage, span)
            assert.ok(
              passage.source.start <= source.start &&
                source.start < source.end &&
                source.end <= passage.source.end,
            )
            const back = toProse(passage, source)
            assert.ok(back && back.start <= span.start && span.end <= back.end)
          }
        }
      })
    })
  })
}

describe('a paragraph', () => {
  const paragraph = fc.array(
    fc.constantFrom('Asthma ', 'is common. ', '*TNF*-α ', 'et al. ', '🧬 ', 'x'.repeat(300)),
    { minLength: 1, maxLength: 30 },
  )

  it('gives the same passages wherever it stands', () => {
    fc.assert(
      fc.property(paragraph, (words) => {
        const text = words.join('')
        const texts = (t: string) => parseManuscript({ file: 'a.md', text: t }).passages.map((p) => p.text)
        const alone = texts(text)
        assert.deepEqual(texts(`Before.\n\n${text}\n\nAfter.\n`).slice(1, -1), alone)
      }),
      { seed: SEED, numRuns: 100 },
    )
  })
})
