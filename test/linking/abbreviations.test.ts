import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { expandText, findAbbreviations, usesOf } from '../../src/linking/mentions/abbreviations.ts'

/** `short=long` of every definition, which must stand where it says. */
function defined(...passages: string[]): string[] {
  return findAbbreviations(passages).all.map((one) => {
    const text = passages[one.passage] ?? ''
    assert.equal(text.slice(one.shortSpan.start, one.shortSpan.end), one.short)
    assert.equal(text.slice(one.longSpan.start, one.longSpan.end), one.long)
    return `${one.short}=${one.long}`
  })
}

describe('findAbbreviations', () => {
  it('finds a long form before the parentheses', () => {
    assert.deepEqual(defined('We saw heart failure (HF) often.'), ['HF=heart failure'])
    assert.deepEqual(defined('the gene for amyloid-β precursor protein (APP) and'), [
      'APP=amyloid-β precursor protein',
    ])
    assert.deepEqual(defined("In Alzheimer's disease [AD], all"), ["AD=Alzheimer's disease"])
    assert.deepEqual(defined('non-small cell lung cancer (NSCLC; stage IV)'), [
      'NSCLC=non-small cell lung cancer',
    ])
    assert.deepEqual(defined('mitochondrial DNA (mtDNA)'), ['mtDNA=mitochondrial DNA'])
    assert.deepEqual(defined('Nothing here. Type 2 diabetes (T2D)'), ['T2D=Type 2 diabetes'])
  })

  it('finds a long form inside the parentheses', () => {
    assert.deepEqual(defined('by PCR (polymerase chain reaction) and'), ['PCR=polymerase chain reaction'])
  })

  it('leaves other parentheses alone', () => {
    assert.deepEqual(
      defined('as shown (Figure 2), the mice (see below) died (n = 12) (P < 0.01) in 2020 (USA).'),
      [],
    )
    assert.deepEqual(defined('((((', 'x ()', '(A', 'HF)', ''), [])
    assert.deepEqual(defined('It was unclear. (HF)'), [])
  })

  it('takes the definition that holds where the short form stands', () => {
    const found = findAbbreviations(['HF', 'heart failure (HF)', 'HF', 'hay fever (HF)', 'HF'])
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((passage) => found.expand('HF', passage)),
      ['heart failure', 'heart failure', 'heart failure', 'hay fever', 'hay fever'],
    )
    assert.equal(found.expand('Hf', 0), undefined)
  })

  it('knows plurals', () => {
    const plural = findAbbreviations(['single nucleotide polymorphisms (SNPs)'])
    assert.equal(plural.expand('SNP', 0), 'single nucleotide polymorphism')
    assert.equal(plural.expand('SNPs', 0), 'single nucleotide polymorphisms')
    assert.equal(findAbbreviations(['an embryonic stem cell (ESC)']).expand('ESCs', 0), 'embryonic stem cell')
  })
})

describe('expandText', () => {
  const found = findAbbreviations(["Alzheimer's disease (AD) and heart failure (HF)"])

  it('writes short forms out', () => {
    assert.equal(expandText(found, 'AD', 0), "Alzheimer's disease")
    assert.equal(expandText(found, 'early AD', 0), "early Alzheimer's disease")
    assert.equal(expandText(found, 'HF-related death', 0), 'heart failure-related death')
    assert.equal(expandText(found, 'ADA', 0), undefined)
    assert.equal(expandText(found, 'heart failure (HF)', 0), undefined)
  })

  it('finds the uses', () => {
    assert.deepEqual(
      usesOf(found, 'In AD, not HFD but HF/AD.', 0).map(({ start, end }) => [start, end]),
      [
        [3, 5],
        [19, 21],
        [22, 24],
      ],
    )
  })
})
