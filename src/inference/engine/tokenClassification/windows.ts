import type { Span } from '../../../core/index.ts'
import type { LabelledSpan } from '../gliner/model.ts'

/** How texts that are too long for a model are cut. */
export interface WindowLimits {
  /** Most pieces of a window. */
  readonly room: number
  /** Pieces that two neighbouring windows share. */
  readonly stride: number
}

/** Windows over so many pieces, as `transformers` cuts them: each begins `room − stride` pieces behind the one before. */
export function windowsOf(nPieces: number, { room, stride }: WindowLimits): Span[] {
  const windows: Span[] = []
  const step = Math.max(1, room - stride)
  for (let start = 0; start < nPieces; start += step) {
    const end = Math.min(nPieces, start + room)
    windows.push({ start, end })
    if (end === nPieces) break
  }
  return windows
}

/** Of overlapping entities of several windows the longest, then the more probable; sorted by start. The rule of `transformers`. */
export function longestOf(entities: readonly LabelledSpan[]): LabelledSpan[] {
  const kept: LabelledSpan[] = []
  for (const entity of entities.toSorted((a, b) => a.start - b.start)) {
    const previous = kept.at(-1)
    if (!previous || entity.start >= previous.end) kept.push(entity)
    else if (isBetter(entity, previous)) kept[kept.length - 1] = entity
  }
  return kept
}

function isBetter(a: LabelledSpan, b: LabelledSpan): boolean {
  const more = a.end - a.start - (b.end - b.start)
  return more > 0 || (more === 0 && a.probability > b.probability)
}
