import type { PersonsDecision } from './decisions.ts'
import { termKey, type AlignedCandidate, type Alignment } from './term.ts'

/** `accepted`: taken as it is. `review`: a person should look. `none`: no concept is meant. */
export type Decision = 'accepted' | 'review' | 'none'

/** All decisions, for messages and filters. */
export const DECISIONS: readonly Decision[] = ['accepted', 'review', 'none']

/** From which probability on a term is accepted or worth a review; 0 … 1. */
export interface Thresholds {
  readonly acceptFrom: number
  readonly reviewFrom: number
}

/** A term with the answer that is written. */
export interface DecidedTerm extends Alignment {
  readonly decision: Decision
  readonly decidedBy: 'model' | 'person'
  /** `undefined` when the decision is `none`, or nothing was found. */
  readonly chosen?: AlignedCandidate
  /** The best of those not chosen. */
  readonly runnerUp?: AlignedCandidate
}

/**
 * What becomes of a term. A person's decision on the same term holds. Else the first candidate is accepted when it is
 * probable enough and no source prefers another; it is for review when it is probable enough for that; else it is none.
 */
export function decide(
  alignment: Alignment,
  thresholds: Thresholds,
  persons: ReadonlyMap<string, PersonsDecision>,
): DecidedTerm {
  const decided = persons.get(termKey(alignment.term))
  if (decided) return byPerson(alignment, decided)
  const { probability, agreement, candidates } = alignment
  const [first] = candidates
  const decision: Decision =
    !first || probability < thresholds.reviewFrom
      ? 'none'
      : probability >= thresholds.acceptFrom && agreement !== 'disagree'
        ? 'accepted'
        : 'review'
  const chosen = decision === 'none' ? undefined : first
  return answered(alignment, chosen, { decision, decidedBy: 'model' })
}

function byPerson(alignment: Alignment, { concept }: PersonsDecision): DecidedTerm {
  if (concept === undefined) return answered(alignment, undefined, { decision: 'none', decidedBy: 'person' })
  const known = alignment.candidates.find(({ id }) => id === concept.id)
  const chosen = known ?? {
    id: concept.id,
    name: concept.name,
    matchedName: concept.name,
    types: [],
    groups: [],
    score: 0,
  }
  return answered(alignment, chosen, { decision: 'accepted', decidedBy: 'person' })
}

function answered(
  alignment: Alignment,
  chosen: AlignedCandidate | undefined,
  by: Pick<DecidedTerm, 'decision' | 'decidedBy'>,
): DecidedTerm {
  const runnerUp = alignment.candidates.find(({ id }) => id !== chosen?.id)
  return { ...alignment, ...by, ...(chosen ? { chosen } : {}), ...(runnerUp ? { runnerUp } : {}) }
}
