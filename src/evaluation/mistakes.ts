import type { LinkedGold } from './disambiguation.ts'

/**
 * Why the concept of a mention was not found: the knowledge base lacks it; retrieval did not; names ruled it out before the
 * model read it; the model put another one first.
 */
export type MistakeCause = 'unknown' | 'not-retrieved' | 'not-read' | 'ranked-below'

/** All causes, in the order of the stages. */
export const MISTAKE_CAUSES: readonly MistakeCause[] = [
  'unknown',
  'not-retrieved',
  'not-read',
  'ranked-below',
]

/** Mentions whose concept is not the best candidate. */
export interface Mistake {
  readonly cause: MistakeCause
  readonly n: number
  /** Those that were surest, each mention and answer once. */
  readonly examples: readonly MistakeExample[]
}

export interface MistakeExample {
  readonly text: string
  /** As the corpus says. */
  readonly gold: readonly string[]
  /** The right concept, where the knowledge base has it. */
  readonly right?: string
  /** The best candidate; absent when there is none. */
  readonly best?: string
  /** Of the best candidate, 0 … 1. */
  readonly probability: number
}

/** Counts wrong answers by cause, with at most so many examples of each. Every mention has a gold id. */
export function mistakesAmong(linked: readonly LinkedGold[], nExamples: number): readonly Mistake[] {
  const wrong = linked.filter(({ isRight }) => !isRight)
  return MISTAKE_CAUSES.map((cause) => {
    const own = wrong.filter((one) => causeOf(one) === cause)
    const surest = own.toSorted((a, b) => probabilityOf(b) - probabilityOf(a))
    const examples = new Map(
      surest.map((one) => [JSON.stringify([one.gold.text, one.link.candidates[0]?.id]), one]),
    )
    return { cause, n: own.length, examples: [...examples.values()].slice(0, nExamples).map(exampleOf) }
  })
}

function causeOf({ concepts, link }: LinkedGold): MistakeCause {
  if (concepts.refs.size === 0) return 'unknown'
  const right = link.candidates.find(({ concept }) => concepts.refs.has(concept))
  if (!right) return 'not-retrieved'
  return right.probability > 0 ? 'ranked-below' : 'not-read'
}

const probabilityOf = ({ link }: LinkedGold): number => link.candidates[0]?.probability ?? 0

function exampleOf(one: LinkedGold): MistakeExample {
  const { gold, link, concepts } = one
  const right = link.candidates.find(({ concept }) => concepts.refs.has(concept))
  const [best] = link.candidates
  return {
    text: gold.text,
    gold: gold.ids,
    ...(right ? { right: right.preferredName } : {}),
    ...(best ? { best: best.preferredName } : {}),
    probability: probabilityOf(one),
  }
}
