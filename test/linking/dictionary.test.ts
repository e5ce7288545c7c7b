import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { createDictionary, longestMatches } from '../../src/linking/mentions/dictionary.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'

const kb = knowledgeBaseOf([
  { id: 'T:1', names: ['Diabetes Mellitus, Type 2', 'type 2 diabetes'] },
  { id: 'T:2', names: ['Diabetes Mellitus', 'diabetes'] },
  { id: 'T:3', names: ['WAS', 'Wiskott-Aldrich syndrome'] },
  { id: 'T:4', names: ['CAT', 'catalase'] },
  { id: 'T:5', names: ['asthma'] },
  { id: 'T:6', names: ['Common Cold', 'cold'] },
  { id: 'T:7', names: ['Eye'] },
  { id: 'T:8', names: ['interleukin 6', 'IL-6', 'IL'] },
  { id: 'T:9', names: ['SNP', 'Single Nucleotide Polymorphism'] },
  { id: 'T:10', names: ['TGF-beta 1', 'TGF-β1'] },
  { id: 'T:11', names: ['Escherichia coli', 'E. coli'] },
  { id: 'T:12', names: ['biopsy'] },
  { id: 'T:13', names: ['vitamin A'] },
  { id: 'T:14', names: ['lung cancer'] },
  { id: 'T:15', names: ['mg'] },
  { id: 'T:16', names: ['2020', 'The', 'his'] },
  { id: 'T:17', names: ['AUTISM SPECTRUM DISORDER'] },
  { id: 'T:18', names: ['p53'] },
  { id: 'T:19', names: ['cocaine'] },
  { id: 'T:20', names: ['in vitro'] },
])

/** Compares the longest matches with the text in which they are marked as `[diabetes]`. */
function check(marked: string): void {
  const text = marked.replace(/[[\]]/g, '')
  let shift = 0
  let actual = text
  for (const { start, end } of longestMatches(createDictionary(kb)(text))) {
    actual = `${actual.slice(0, start + shift)}[${text.slice(start, end)}]${actual.slice(end + shift)}`
    shift += 2
  }
  assert.equal(actual, marked)
}

describe('the matches of a dictionary', () => {
  it('takes the longest name of whole words', () => {
    check('All had [type 2 diabetes] and [diabetes], no prediabetes.')
    check('[Asthma] and [vitamin A] and [Vitamin A].')
    check('[Autism spectrum disorder] in [AUTISM SPECTRUM DISORDERs]')
    check('an [in vitro] test')
  })

  it('keeps the shorter names inside', () => {
    const text = 'type 2 diabetes mellitus'
    assert.deepEqual(
      createDictionary(kb)(text).map(({ start, end }) => text.slice(start, end)),
      ['type 2 diabetes', 'diabetes mellitus', 'diabetes'],
    )
  })

  it('minds case in symbols and short words', () => {
    check('It was a cat; [WAS] and [CAT] and [catalase].')
    check('[p53] but not P53')
    check('[cold] water. [Cold] was the Cold COLD [eye], no EYE')
    check('[ASTHMA]')
  })

  it('does not cross commas or sentences, but blanks, hyphens and initials', () => {
    check('of the lung, cancer. Lung. Cancer and [lung\ncancer]')
    check('[IL-6], [TGF-β1] and [E. coli] [interleukin-6]')
  })

  it('takes no pieces of hyphenated words but long ones', () => {
    check('IL-7 and [cocaine]-induced [asthma]')
  })

  it('knows plurals', () => {
    check('[SNPs] and snps, [biopsies], [lung cancers]')
  })

  it('leaves numbers, units and function words', () => {
    check('The 5 mg of 2020 in his shoes')
  })

  it('keeps its offsets behind astral characters and combining marks', () => {
    check('😀 [asthma] é [TGF-β1] 𝒜 [diabetes]')
    check('')
    check('—')
  })
})

describe('createDictionary', () => {
  it('finds the same whatever it has read before', () => {
    const texts = [
      'Was it asthma? WAS it was.',
      'The CAT, a cat. Cat again: CAT.',
      'IL-6 and IL; IL-6. An il.',
      'E. coli in vitro, colds of type 2 diabetes',
    ]
    const dictionary = createDictionary(kb)
    for (const text of [...texts, ...texts.toReversed(), texts.join(' ')])
      assert.deepEqual(dictionary(text), createDictionary(kb)(text), text)
  })
})
