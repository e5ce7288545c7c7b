import assert from 'node:assert/strict'
import { parseManuscript, toProse, toSource } from '../../src/document/index.ts'

/** The source that stands behind `prose` in the first passage that holds it. */
function sourceOf(file: string, text: string, prose: string): string {
  const passage = parseManuscript({ file, text }).passages.find((p) => p.text.includes(prose))
  assert.ok(passage, `no passage holds “${prose}”`)
  const start = passage.text.indexOf(prose)
  const span = toSource(passage, { start, end: start + prose.length })
  return text.slice(span.start, span.end)
}

describe('toSource', () => {
  const cases: readonly [file: string, text: string, prose: string, source: string][] = [
    ['a.md', 'Plain asthma.', 'asthma', 'asthma'],
    ['a.md', '🧬 α\r\n\r\nThe *asthma* study', 'asthma', 'asthma'],
    ['a.md', '\uFEFF# A\n\n**het**erogeneous', 'heterogeneous', 'het**erogeneous'],
    ['a.md', 'lung <!-- not --> cancer', 'lung cancer', 'lung <!-- not --> cancer'],
    ['a.md', 'lung\r\ncancer', 'lung cancer', 'lung\r\ncancer'],
    ['a.md', '> lung\n> cancer', 'lung cancer', 'lung\n> cancer'],
    ['a.md', 'TNF-$\\alpha$ rises', 'TNF-α', 'TNF-$\\alpha'],
    ['a.md', '10 &micro;g', 'µg', '&micro;g'],
    ['a.md', '[lung cancer]{.concept id="MONDO:0008903"} is', 'lung cancer', 'lung cancer'],
    ['a.md', '---\ntitle: "On *asthma*"\n---\n', 'asthma', 'asthma'],
    ['a.tex', '\\textit{BRCA1}s bind', 'BRCA1s', 'BRCA1}s'],
    ['a.tex', 'A na\\"ive T~cell', 'naïve T cell', 'na\\"ive T~cell'],
    ['a.tex', '% ä🧬\r\nM\\"{u}ller cells', 'Müller', 'M\\"{u}ller'],
    ['a.tex', 'reactive\n% note\noxygen', 'reactive oxygen', 'reactive\n% note\noxygen'],
    ['a.txt', '\uFEFFThe  asthma', 'The asthma', 'The  asthma'],
  ]
  for (const [file, text, prose, source] of cases) {
    it(`finds ${JSON.stringify(prose)} in ${JSON.stringify(text)}`, () =>
      assert.equal(sourceOf(file, text, prose), source))
  }

  it('refuses a span outside the prose', () => {
    const [passage] = parseManuscript({ file: 'a.txt', text: 'Asthma' }).passages
    assert.ok(passage)
    assert.throws(() => toSource(passage, { start: 0, end: 7 }), RangeError)
  })
})

describe('toProse', () => {
  const text = 'A *lung* [@x] tumour &mu;m.'
  const [passage] = parseManuscript({ file: 'a.md', text }).passages
  const proseOf = (part: string): string | undefined => {
    const start = text.indexOf(part)
    const span = passage && toProse(passage, { start, end: start + part.length })
    return span && passage.text.slice(span.start, span.end)
  }

  it('finds what an author selected', () => {
    assert.equal(proseOf('lung'), 'lung')
    assert.equal(proseOf('*lung*'), 'lung')
    assert.equal(proseOf('mu'), 'μ')
    assert.equal(proseOf('lung* [@x] tum'), 'lung tum')
  })

  it('says undefined where there is markup only', () => assert.equal(proseOf('@x'), undefined))

  it('finds a position', () => {
    assert.ok(passage)
    const at = text.indexOf('tumour')
    const start = passage.text.indexOf('tumour')
    assert.deepEqual(toProse(passage, { start: at, end: at }), { start, end: start })
  })
})
