import type { Contexts } from '../contexts.ts'
import type { ModelManifest } from '../modelManifest.ts'
import type { AnalysedText } from './protocol.ts'
import type { EncodedText, EncodedWindow } from './textCache.ts'

/**
 * Cuts the tag logits of an encoded text into the manifest's heads, and places its tokens among contexts; rows of `[CLS]` and
 * `[SEP]` are left out.
 */
export function analysisOf(
  { pieces, windows }: EncodedText,
  { heads, architecture }: ModelManifest,
  contexts: Contexts | undefined,
): AnalysedText {
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
  const { hidden } = architecture
  const ofWindow = ({ count, states }: EncodedWindow): Float32Array | undefined =>
    contexts?.placesOf(states.subarray(hidden, (count + 1) * hidden))
  return {
    bounds,
    wordStarts: Uint8Array.from(pieces.wordStarts, Number),
    logits,
    ...(contexts && { places: joined(windows.flatMap((window) => ofWindow(window) ?? [])) }),
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
