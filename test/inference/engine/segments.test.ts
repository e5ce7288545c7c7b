import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createSegmentBuilder } from '../../../src/inference/engine/segments.ts'
import { createTokenizer } from '../../../src/inference/tokenizer.ts'

const vocabulary = readFileSync('test/fixtures/tiny-linker/vocab.txt', 'utf8')
const pieces = vocabulary.split('\n')
const builder = createSegmentBuilder(createTokenizer(vocabulary), {
  mention: 3,
  name: 4,
  preferred: 2,
  type: 2,
  total: 12,
})

function segment(mention: string, name: string, preferred: string, typeLabel?: string): string {
  const candidate = { name, preferred, features: [], ...(typeLabel === undefined ? {} : { typeLabel }) }
  return builder
    .build(mention, candidate)
    .map((id) => pieces[id])
    .join(' ')
}

describe('segments', () => {
  it('puts mention, name, preferred name and type in this order', () => {
    assert.equal(
      segment('type 2', 'diabetes', 'diabetes mellitus', 'disorder'),
      '[MASK] type 2 [SEP] diabetes [SEP] diabetes mellitus [SEP] disorder [SEP]',
    )
  })

  it('leaves out a preferred name that says nothing new, and an unknown type', () => {
    assert.equal(segment('insulin', 'insulin', 'Insulin'), '[MASK] insulin [SEP] insulin [SEP]')
    assert.equal(segment('insulin', 'insulin', ''), '[MASK] insulin [SEP] insulin [SEP]')
  })

  it('cuts each part to its limit', () => {
    assert.equal(segment('1 2 3 4 5', '1 2 3 4 5', ''), '[MASK] 1 2 3 [SEP] 1 2 3 4 [SEP]')
  })

  it('cuts the end of a segment that is still too long and closes it', () => {
    assert.equal(
      segment('1 2 3 4 5', '1 2 3 4 5', '6 7 8', 'disorder'),
      '[MASK] 1 2 3 [SEP] 1 2 3 4 [SEP] 6 [SEP]',
    )
  })
})
