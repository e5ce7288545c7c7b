import assert from 'node:assert/strict'
import fc from 'fast-check'
import { fold } from '../../src/knowledge/index.ts'

describe('fold', () => {
  const cases: readonly (readonly [text: string, folded: string])[] = [
    ['Diabetes Mellitus, Type 2', 'diabetes mellitus type 2'],
    ['TGF-β1', 'tgf beta1'],
    ['IFN‑γ', 'ifn gamma'],
    ['Ω-3', 'omega 3'],
    ['ς and Σ', 'sigma and sigma'],
    ['Sjögren’s  syndrome', 'sjogren s syndrome'],
    ['Sjo\u0308gren', 'sjogren'],
    ['5 µm', '5 mum'],
    ['Hashimoto\u00a0thyroiditis', 'hashimoto thyroiditis'],
    ['Straße', 'strasse'],
    ['Løken', 'loken'],
    ['CD4+ T-cell', 'cd4 t cell'],
    ['  (+)-catechin ', 'catechin'],
    ['H₂O²', 'h2o2'],
    ['ﬁbrosis', 'fibrosis'],
    ['糖尿病', '糖尿病'],
    ['🧬', ''],
    ['--', ''],
    ['', ''],
  ]
  for (const [text, folded] of cases)
    it(`folds ${JSON.stringify(text)}`, () => assert.equal(fold(text), folded))

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(fold(fold(text)), fold(text))),
      { seed: 1, numRuns: 300 },
    )
  })

  it('gives the same for composed and decomposed text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) =>
        assert.equal(fold(text.normalize('NFD')), fold(text.normalize('NFC'))),
      ),
      { seed: 2, numRuns: 300 },
    )
  })
})
