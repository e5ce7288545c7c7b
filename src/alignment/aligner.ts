import {
  CancelledError,
  type Candidate,
  type CancellationToken,
  type KnowledgeBase,
  type Progress,
} from '../core/index.ts'
import type { Engine } from '../inference/index.ts'
import { conceptFilter, retrieveCandidates, type Restriction } from '../linking/index.ts'
import type { AlignmentModel } from './alignmentModel.ts'
import { namesEvidence, WEIGHED, withEncoder, type Evidence } from './evidence.ts'
import { CANDIDATES_KEPT, type Alignment, type Term } from './term.ts'
import { weigh, type Weighed } from './weigh.ts'

/** Gives the candidates of some terms, in their order, best first. */
export type CandidateSource = (terms: readonly Term[]) => Promise<readonly (readonly Candidate[])[]>

/** When the cross-encoder is asked: of terms that the other sources leave in doubt, of all, or of none. */
export type SecondOpinion = 'uncertain' | 'always' | 'never'

/** What terms are aligned with. */
export interface AlignerParts {
  readonly candidates: CandidateSource
  /** The cross-encoder; without it there is no second opinion. */
  readonly engine?: Engine | undefined
  readonly model: AlignmentModel
  readonly secondOpinion: SecondOpinion
}

/** How to align a list of terms. */
export interface AlignTermsOptions {
  /** Of how many terms at the beginning the alignments are known already. */
  readonly nDone?: number
  /** Called with each further stretch of alignments, in the order of the terms. */
  readonly onBatch: (batch: readonly Alignment[]) => void | Promise<void>
  /** Looked at between batches; cancelling throws `CancelledError`. */
  readonly token?: CancellationToken | undefined
  /** Counts terms. */
  readonly progress?: Progress | undefined
}

/** Terms that are looked up and ranked together. */
const BATCH = 32
/** The encoder reads so many candidates of a term: the likeliest by all else. */
const READ = 3
/** A term between these probabilities is in doubt: below, a second opinion finds nothing either; above, it changes nothing. */
const DOUBT = { from: 0.05, to: 0.9 } as const

/** The candidates by their names, of a knowledge base. */
export function candidatesByName(kb: KnowledgeBase, restriction: Restriction): CandidateSource {
  const options = { limit: WEIGHED, accepts: conceptFilter(kb, restriction) }
  return (terms) => Promise.resolve(terms.map(({ text }) => retrieveCandidates(kb, text, options)))
}

/**
 * Aligns terms, a batch at a time; while the encoder reads one batch, the candidates of the next are looked up. A term's
 * alignment depends on nothing but the term, so that work that was broken off can go on with {@link AlignTermsOptions.nDone}.
 */
export async function alignTerms(
  terms: readonly Term[],
  parts: AlignerParts,
  { nDone = 0, onBatch, token, progress }: AlignTermsOptions,
): Promise<void> {
  let previous: Promise<readonly Alignment[]> = Promise.resolve([])
  let nTold = nDone
  const tell = async (batch: readonly Alignment[]): Promise<void> => {
    if (batch.length === 0) return
    await onBatch(batch)
    nTold += batch.length
    progress?.report(nTold, terms.length)
  }
  for (let start = nDone; start < terms.length; start += BATCH) {
    if (token?.isCancellationRequested) {
      await previous
      throw new CancelledError()
    }
    const batch = terms.slice(start, start + BATCH)
    const lists = await parts.candidates(batch)
    const current = Promise.all(batch.map((term, i) => alignOne(term, lists[i] ?? [], parts)))
    // Told below; until then its failure must not count as one that nobody handles.
    current.catch(() => undefined)
    await tell(await previous)
    previous = current
  }
  await tell(await previous)
}

async function alignOne(
  term: Term,
  candidates: readonly Candidate[],
  parts: AlignerParts,
): Promise<Alignment> {
  const evidence = await evidenceFor(term, candidates, parts)
  return alignmentOf(term, evidence, weigh(evidence, parts.model))
}

/** All that speaks for a term's candidates. */
export async function evidenceFor(
  term: Term,
  candidates: readonly Candidate[],
  { engine, model, secondOpinion }: Omit<AlignerParts, 'candidates'>,
): Promise<readonly Evidence[]> {
  const evidence = namesEvidence(term, candidates)
  if (!engine || secondOpinion === 'never') return evidence
  const { order, probability } = weigh(evidence, model)
  const isInDoubt = probability >= DOUBT.from && probability < DOUBT.to
  if (secondOpinion === 'uncertain' && !isInDoubt) return evidence
  return withEncoder(term, evidence, order.slice(0, READ), engine)
}

function alignmentOf(term: Term, evidence: readonly Evidence[], weighed: Weighed): Alignment {
  const candidates = weighed.order.slice(0, CANDIDATES_KEPT).flatMap((index) => {
    const candidate = evidence[index]?.candidate
    if (!candidate) return []
    const { id, preferredName: name, matchedName, types, groups } = candidate
    return [{ id, name, matchedName, types, groups, score: rounded(weighed.shares[index] ?? 0) }]
  })
  const { agreement } = weighed
  return { term, candidates, probability: rounded(weighed.probability), agreement }
}

/** Four decimals: what is shown, kept and written, so that a journal gives back what was computed. */
const rounded = (share: number): number => Math.round(share * 10_000) / 10_000
