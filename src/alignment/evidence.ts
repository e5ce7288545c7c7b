import type { Candidate } from '../core/index.ts'
import type { CandidateToScore, Engine, EngineInfo } from '../inference/index.ts'
import { featuresOf, type FeatureName, type Features } from '../linking/index.ts'
import type { Term } from './term.ts'

/** What speaks for a candidate. */
export interface Evidence {
  readonly candidate: Candidate
  /** What its names say, see `featuresOf`. */
  readonly names: Features
  /** Logit by which the cross-encoder prefers it to "none of these"; `undefined` when it was not asked. */
  readonly encoder?: number
  /** Its `denseScore`; `undefined` where there are no vectors, which give it 0. */
  readonly dense?: number
}

/**
 * The features that alignment weighs: those of linking but for what needs a document (`expanded`, `typeMatch`) and for how
 * common a concept is in text. The terms to fit on are synonyms of all concepts alike, most of which no text counted, and
 * would teach that a common concept is a wrong one; commonness still orders equal names, and so counts by their rank.
 */
export const ALIGNMENT_FEATURES = [
  'lexicalScore',
  'exact',
  'caseExact',
  'isPreferred',
  'reciprocalRank',
  'sameWords',
  'samePreferredWords',
  'sameLastWord',
  'samePreferredLastWord',
  'sameFirstWord',
  'soleExact',
  'exactPreferred',
  'shorterName',
  'longerName',
  'lexicalGap',
] as const satisfies readonly FeatureName[]

/** So many of the first candidates are weighed. */
export const WEIGHED = 32

/** What the names of a term's candidates say, in the order of the list. */
export function namesEvidence(term: Term, candidates: readonly Candidate[]): Evidence[] {
  const features = featuresOf({ lookedUp: term.text, expanded: false, candidates }, WEIGHED)
  return features.flatMap((names, i) => {
    const candidate = candidates[i]
    if (candidate === undefined) return []
    const { denseScore: dense } = candidate
    return [{ candidate, names, ...(dense === 0 ? {} : { dense }) }]
  })
}

/**
 * Asks the cross-encoder about some of the candidates. The passage it reads is the term's context where that has the
 * term, else the term before its context, else the term alone.
 * @param read indices into `evidence`
 */
export async function withEncoder(
  term: Term,
  evidence: readonly Evidence[],
  read: readonly number[],
  engine: Engine,
): Promise<Evidence[]> {
  const chosen = read.flatMap((index) => evidence[index] ?? [])
  if (chosen.length === 0) return [...evidence]
  const { text, start } = passageOf(term)
  const [answer] = await engine.score(text, [
    {
      span: { start, end: start + term.text.length },
      mentionText: term.text,
      candidates: chosen.map((one) => toScore(one, engine.info)),
    },
  ])
  const none = (answer?.none ?? 0) + engine.info.noneBias
  const logits = new Map(
    read.map((index, i) => [index, ((answer?.scores[i] ?? 0) - none) / engine.info.temperature]),
  )
  return evidence.map((one, index) => {
    const encoder = logits.get(index)
    return encoder === undefined ? one : { ...one, encoder }
  })
}

function passageOf({ text, context }: Term): { readonly text: string; readonly start: number } {
  if (context === undefined) return { text, start: 0 }
  const start = context.toLowerCase().indexOf(text.toLowerCase())
  // Lower case may have another length than the text itself; then the place found is not the term's.
  const isThere = start >= 0 && context.slice(start, start + text.length).toLowerCase() === text.toLowerCase()
  return isThere ? { text: context, start } : { text: `${text}. ${context}`, start: 0 }
}

function toScore({ candidate, names }: Evidence, info: EngineInfo): CandidateToScore {
  const typeLabel = candidate.groups.flatMap((group) => info.typeLabels[group] ?? []).join(', ')
  return {
    name: candidate.matchedName,
    preferred: candidate.preferredName,
    features: info.features.map((name) => names[name as FeatureName]),
    ...(typeLabel === '' ? {} : { typeLabel }),
  }
}
