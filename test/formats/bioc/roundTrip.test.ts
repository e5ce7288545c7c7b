import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  layOut,
  offsetUnitOf,
  readBiocJson,
  readBiocXml,
  writeBiocJson,
  writeBiocXml,
} from '../../../src/formats/index.ts'
import { collection } from '../arbitraries.ts'

const SEED = { seed: 20261120 }

describe('BioC: read(write(x)) = x', () => {
  it('in XML', () => {
    fc.assert(
      fc.property(collection, (original) => {
        assert.deepEqual(readBiocXml(writeBiocXml(original)), { value: original, problems: [] })
      }),
      SEED,
    )
  })

  it('in JSON', () => {
    fc.assert(
      fc.property(collection, (original) => {
        const { value } = readBiocJson(writeBiocJson(original))
        assert.deepEqual(value, original)
      }),
      SEED,
    )
  })

  it('and every annotation stands where its text is', () => {
    fc.assert(
      fc.property(collection, (original) => {
        for (const document of original.documents) {
          const { text, passages, problems } = layOut(document, offsetUnitOf(original))
          assert.deepEqual(problems, [])
          for (const { mentions, start } of passages) {
            for (const { annotation, span } of mentions) {
              assert.equal(text.slice(start + span.start, start + span.end), annotation.text)
            }
          }
        }
      }),
      SEED,
    )
  })
})
