import type { ModelManifest } from '../modelManifest.ts'
import type { AnalysedText } from './protocol.ts'
import type { EncodedText } from './textCache.ts'

/** Cuts the tag logits of an encoded text into the manifest's heads; rows of `[CLS]` and `[SEP]` are left out. */
export function analysisOf({ pieces, windows }: EncodedText, { heads }: ModelManifest): AnalysedText {
  const nTokens = pieces.ids.length
  const bounds = new Int32Array(2 * nTokens)
  pieces.spans.forEach(({ start, end }, i) => bounds.set([start, end], 2 * i))
  const logits = heads.map((head) => {
    const width = head.labels.length
    const rows = new Float32Array(nTokens * width)
    for (const { first, count, tokenLogits } of windows) {
      const columns = tokenLogits.length / (count + 2)
      for (let i = 0; i < count; i++) {
        const at = (i + 1) * columns + head.offset
        rows.set(tokenLogits.subarray(at, at + width), (first + i) * width)
      }
    }
    return rows
  })
  return { bounds, wordStarts: Uint8Array.from(pieces.wordStarts, Number), logits }
}
