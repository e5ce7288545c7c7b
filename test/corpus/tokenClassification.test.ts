import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadClassifier } from '../../src/inference/engine/tokenClassification/load.ts'
import { openSession } from '../../src/inference/engine/session.ts'
import type { Aggregation } from '../../src/inference/index.ts'
import { readClassifierConfig } from '../../src/inference/tokenClassification/classifierConfig.ts'
import { dataFolder } from '../support/data.ts'

/** What the pipelines of transformers find in lines of a manuscript; made by `test/oracle/tokenClassification.make.py`. */
interface Oracle {
  readonly manuscript: string
  readonly models: Readonly<Record<string, readonly Sentence[]>>
}
interface Sentence {
  readonly file: string
  readonly line: number
  /** Of the line, in hexadecimal; its beginning. */
  readonly sha256: string
  /** How much of it the pipeline read, which drops what is beyond the model's window; UTF-16 units. */
  readonly read: number
  readonly entities: Readonly<Partial<Record<Aggregation, readonly Entity[]>>>
}
type Entity = readonly [start: number, end: number, label: string, score: number]

const TOLERANCE = 1e-4
const oracle = JSON.parse(readFileSync('test/oracle/token-classification-manuscripts.json', 'utf8')) as Oracle

function textOf({ file, line, sha256, read }: Sentence): string {
  const text = readFileSync(join(dataFolder(), oracle.manuscript, file), 'utf8').split('\n')[line] ?? ''
  assert.equal(createHash('sha256').update(text).digest('hex').slice(0, 16), sha256)
  return text.slice(0, read)
}

describe('token classification on 200 sentences of a manuscript', () => {
  for (const [name, sentences] of Object.entries(oracle.models))
    it(`finds the entities of transformers, with scores within ${TOLERANCE}: ${name}`, async () => {
      assert.equal(sentences.length, 200)
      const config = await readClassifierConfig(join('test/fixtures/tiny-token-classification', name))
      const { model } = await loadClassifier(config, openSession, { provider: 'cpu', threads: 1 })
      for (const sentence of sentences) {
        const text = textOf(sentence)
        for (const [aggregation, entities] of Object.entries(sentence.entities)) {
          const found = await model.entities(text, aggregation as Aggregation, () => Promise.resolve())
          const expected = entities.filter(([start, end]) => text.slice(start, end).trim() !== '')
          assert.deepEqual(
            found.map(({ start, end, label }) => [text.slice(start, end), config.scheme.types[label]]),
            expected.map(([start, end, label]) => [text.slice(start, end).trim(), label]),
            `${aggregation}: ${text}`,
          )
          found.forEach(({ start, probability }, i) => {
            const [at = -1, end = -1, , score = -1] = expected[i] ?? []
            assert.ok(start >= at && start < end && Math.abs(probability - score) < TOLERANCE, text)
          })
        }
      }
    })
})
