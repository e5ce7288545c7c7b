import { LRUCache } from 'lru-cache'
import type { CandidateToScore } from '../engine.ts'
import type { ModelManifest } from '../modelManifest.ts'
import type { Tokenizer } from '../tokenizer.ts'

/** Builds the word pieces of candidates' segments. */
export interface SegmentBuilder {
  /** `[MASK] mention [SEP] name [SEP] preferred [SEP] type [SEP]`; a part that says nothing new is left out. */
  build(mentionText: string, candidate: CandidateToScore): number[]
}

const NAMES_REMEMBERED = 20_000

/**
 * Makes a builder for one model. Every part is cut to its own limit; a segment that is still too long is cut at its end
 * and closed with `[SEP]`. The training recipe does the same (`segments.py`).
 */
export function createSegmentBuilder(tokenizer: Tokenizer, limits: ModelManifest['limits']): SegmentBuilder {
  const { mask, sep } = tokenizer.special
  const remembered = new LRUCache<string, readonly number[]>({ max: NAMES_REMEMBERED })
  const piecesOf = (text: string, limit: number): readonly number[] => {
    let ids = remembered.get(text)
    if (!ids) {
      ids = tokenizer.tokenize(text).ids
      remembered.set(text, ids)
    }
    return ids.slice(0, limit)
  }
  return {
    build(mentionText, { name, preferred, typeLabel = '' }) {
      const segment = [
        mask,
        ...piecesOf(mentionText, limits.mention),
        sep,
        ...piecesOf(name, limits.name),
        sep,
      ]
      if (preferred !== '' && preferred.toLowerCase() !== name.toLowerCase())
        segment.push(...piecesOf(preferred, limits.preferred), sep)
      if (typeLabel !== '') segment.push(...piecesOf(typeLabel, limits.type), sep)
      return segment.length > limits.total ? [...segment.slice(0, limits.total - 1), sep] : segment
    },
  }
}
