import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createEncoder } from '../../../src/inference/engine/encoder.ts'
import type { Session } from '../../../src/inference/engine/tensors.ts'
import { createTextCache } from '../../../src/inference/engine/textCache.ts'
import { createTokenizer, readTwoStreamManifest } from '../../../src/inference/index.ts'

const modelDir = join(import.meta.dirname, '..', '..', 'fixtures', 'tiny-linker')

describe('the two-stream encoder', () => {
  it('gives no answer where the graph has run out of numbers', async () => {
    const manifest = await readTwoStreamManifest(modelDir)
    const tokenizer = createTokenizer(await readFile(join(modelDir, 'vocab.txt'), 'utf8'))
    const { heads, hidden } = manifest.architecture
    const columns = Math.max(
      manifest.noneOffset + 1,
      ...manifest.heads.map((head) => head.offset + head.labels.length),
    )
    let ofText = 0
    let ofCandidate = 0
    const session: Session = {
      provider: 'cpu',
      inputs: [],
      outputs: [],
      run(feeds, wanted) {
        const [segments = 0, tokens = 0] = feeds['input_ids']?.dims ?? []
        const sizes: Readonly<Record<string, number>> = { score: 1, token_logits: tokens * columns }
        const filled = (name: string): Float32Array => {
          const value = name === 'score' ? ofCandidate : name === 'token_logits' ? ofText : 0
          return new Float32Array(segments * (sizes[name] ?? tokens * hidden)).fill(value)
        }
        return Promise.resolve(
          Object.fromEntries(wanted.map((name) => [name, { dims: [heads], data: filled(name) }])),
        )
      },
    }
    const encoder = () => createEncoder({ session, manifest, tokenizer, cache: createTextCache(2 ** 20) })
    const candidate = { name: 'cold', preferred: 'cold', features: manifest.features.map(() => 0) }
    const mention = { span: { start: 0, end: 4 }, mentionText: 'cold', candidates: [candidate] }
    const score = () => encoder().score('cold.', [mention], () => Promise.resolve())
    assert.equal((await score())[0]?.scores[0], 0)
    ofCandidate = NaN
    await assert.rejects(score, { code: 'engine-overflow' })
    ofText = NaN
    await assert.rejects(
      encoder().encode('cold.', () => Promise.resolve()),
      { code: 'engine-overflow' },
    )
  })
})
