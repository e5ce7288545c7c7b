import type { PersonsDecision } from './decisions.ts'
import { termKey, type AlignedCandidate, type Alignment } from './term.ts'

/** `accepted`: taken as it is. `review`: a person should look. `none`: no concept is meant. */
export type Decision = 'accepted' | 'review' | 'none'

/** From which probability on a term is accepted or worth a review; 0 … 1. */
export interface Thresholds {
  readonly acceptFrom: number
  readonly reviewFrom: number
}

/** A term with the answer that is written. */
export interface DecidedTerm extends Alignment {
  readonly decision: Decision
  readonly decidedBy: 'model' | 'person'
  /** What it would be if no person had decided. */
  readonly modelsDecision: Decision
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
  const modelsDecision = decisionByModel(alignment, thresholds)
  const decided = persons.get(termKey(alignment.term))
  if (decided) return { ...byPerson(alignment, decided), decidedBy: 'person', modelsDecision }
  const chosen = modelsDecision === 'none' ? undefined : alignment.candidates[0]
  return { ...answered(alignment, chosen, modelsDecision), decidedBy: 'model', modelsDecision }
}

/** The decision without people: accepted when probable enough and undisputed, else for review when worth it, else none. */
export function decisionByModel(
  {
    probability,
    agreement,
    candidates,
  }: Pick<Alignment, 'probability' | 'agreement'> & { readonly candidates: readonly unknown[] },
  { acceptFrom, reviewFrom }: Thresholds,
): Decision {
  if (candidates.length === 0 || probability < reviewFrom) return 'none'
  return probability >= acceptFrom && agreement !== 'disagree' ? 'accepted' : 'review'
}

type Answered = Omit<DecidedTerm, 'decidedBy' | 'modelsDecision'>

function byPerson(alignment: Alignment, { concept }: PersonsDecision): Answered {
  if (concept === undefined) return answered(alignment, undefined, 'none')
  const known = alignment.candidates.find(({ id }) => id === concept.id)
  const chosen = known ?? {
    id: concept.id,
    name: concept.name,
    matchedName: concept.name,
    types: [],
    groups: [],
    score: 0,
  }
  return answered(alignment, chosen, 'accepted')
}

function answered(alignment: Alignment, chosen: AlignedCandidate | undefined, decision: Decision): Answered {
  const runnerUp = alignment.candidates.find(({ id }) => id !== chosen?.id)
  return { ...alignment, decision, ...(chosen ? { chosen } : {}), ...(runnerUp ? { runnerUp } : {}) }
}
