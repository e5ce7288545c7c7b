import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadGliner } from '../../src/inference/engine/gliner/load.ts'
import { splitWords } from '../../src/inference/engine/gliner/words.ts'
import { openSession } from '../../src/inference/engine/session.ts'
import { readGlinerConfig } from '../../src/inference/gliner/glinerConfig.ts'
import { selectSpans } from '../../src/linking/index.ts'
import { dataFolder } from '../support/data.ts'

/** What gliner computes on lines of a manuscript; made by `models/recipe` (`gliner_tiny.py --manuscripts`). */
interface Oracle {
  readonly labels: readonly string[]
  readonly models: Readonly<
    Record<string, { readonly threshold: number; readonly sentences: readonly Sentence[] }>
  >
}
interface Sentence {
  readonly file: string
  readonly line: number
  /** Of the line, in hexadecimal; its beginning. */
  readonly sha256: string
  readonly shape: readonly number[]
  /** Some of them, with their places. */
  readonly logits: readonly (readonly [number, number])[]
  readonly entities: readonly (readonly [number, number, string, number])[]
}

const MANUSCRIPT = 'manuscripts/greenelab+deep-review'
const TOLERANCE = 1e-4
const oracle = JSON.parse(readFileSync('test/oracle/gliner-manuscripts.json', 'utf8')) as Oracle
const go = (): Promise<void> => Promise.resolve()

function textOf({ file, line, sha256 }: Sentence): string {
  const text = readFileSync(join(dataFolder(), MANUSCRIPT, file), 'utf8').split('\n')[line] ?? ''
  assert.equal(createHash('sha256').update(text).digest('hex').slice(0, 16), sha256)
  return text
}

/** What gliner reads of a text: it drops what is beyond `max_len` words, where ours goes on in a second window. */
function readByGliner(text: string, maxWords: number): string {
  return text.slice(0, splitWords(text)[maxWords - 1]?.end ?? text.length)
}

describe('GLiNER on 200 sentences of a manuscript', () => {
  for (const [name, { threshold, sentences }] of Object.entries(oracle.models)) {
    it(`gives gliner's logits within ${TOLERANCE} and the same entities: ${name}`, async () => {
      assert.equal(sentences.length, 200)
      const config = await readGlinerConfig(join('test/fixtures/tiny-gliner', name))
      const { model } = await loadGliner(config, openSession, { provider: 'cpu', threads: 1 })
      const { labels } = oracle
      const vectors = name.startsWith('bi') ? { vectors: await model.embed(labels, go) } : {}
      const asked = { labels, thresholds: labels.map(() => threshold), ...vectors }
      for (const sentence of sentences) {
        const text = readByGliner(textOf(sentence), config.maxWords)
        const logits = await model.logits(text, asked)
        assert.deepEqual(logits.dims.slice(1), sentence.shape, text)
        for (const [place, expected] of sentence.logits)
          assert.ok(Math.abs(Number(logits.data[place]) - expected) < TOLERANCE, text)
        const spans = (await model.spans(text, asked, go)).map((span) => ({
          ...span,
          label: labels[span.label] ?? '',
        }))
        assert.deepEqual(
          selectSpans(spans, { nested: false, multiLabel: false }).map(({ start, end, label }) => [
            start,
            end,
            label,
          ]),
          sentence.entities.map(([start, end, label]) => [start, end, label]),
          text,
        )
      }
    })
  }
})
