import type { Prompt, PromptContext } from '../../../core/index.ts'

/** The tokens of a question, and whether its context was cut to get them. */
export interface FittedQuestion {
  readonly ids: readonly number[]
  /** `false`: they are too many, whatever is cut. */
  readonly fits: boolean
  readonly isCut: boolean
}

/**
 * The tokens of a question. Where they are more than `most`, those of the question with as much of its context as fits, which is
 * found by halving: some ten more encodings, only for such questions.
 */
export function fitQuestion(
  { prompt, context }: Prompt,
  encode: (prompt: string) => readonly number[],
  most: number,
): FittedQuestion {
  const whole = encode(prompt)
  if (whole.length <= most) return { ids: whole, fits: true, isCut: false }
  if (!context) return { ids: whole, fits: false, isCut: false }
  let best = encode(withContext(prompt, context, 0))
  if (best.length > most) return { ids: best, fits: false, isCut: true }
  let [fitting, tooMany] = [0, context.end - context.start]
  while (tooMany - fitting > 1) {
    const middle = Math.floor((fitting + tooMany) / 2)
    const ids = encode(withContext(prompt, context, middle))
    if (ids.length <= most) [fitting, best] = [middle, ids]
    else tooMany = middle
  }
  return { ids: best, fits: true, isCut: true }
}

/**
 * A prompt with at most so many characters of its context: those next to `around`, on both sides alike as far as both have so
 * many. It is cut between words, and `…` says where.
 */
export function withContext(prompt: string, { start, end, around }: PromptContext, most: number): string {
  const [left, right] = [prompt.slice(start, around), prompt.slice(around, end)]
  const nLeft = Math.min(left.length, Math.max(Math.floor(most / 2), most - right.length))
  const nRight = Math.min(right.length, most - nLeft)
  const before = nLeft < left.length ? `…${left.slice(left.length - nLeft).replace(/^\S*\s?/, '')}` : left
  const after = nRight < right.length ? `${right.slice(0, nRight).replace(/\s?\S*$/, '')}…` : right
  return `${prompt.slice(0, start)}${before}${after}${prompt.slice(end)}`
}
