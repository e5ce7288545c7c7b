import type { CancellationToken, Candidate, Mention, RankedCandidate } from '../../core/index.ts'
import type { CandidateToScore, Engine, EngineInfo, FitOf, MentionScores } from '../../inference/index.ts'
import { listFeatures } from './listFeatures.ts'
import type { ListFeatures } from './listFeatures.ts'
import { likeliest } from './shortlist.ts'

/** A mention of a text with its fused list. */
export interface MentionToRank {
  readonly mention: Mention
  /** What was looked up: the expansion when there is one, else the surface form. */
  readonly lookedUp: string
  /** How probable each semantic group is for the mention, as shares of 1. */
  readonly groupShares?: Readonly<Record<string, number>> | undefined
  /** How well it stands where concepts do in training text, see {@link contextFitsIn}. */
  readonly fitOf?: FitOf | undefined
  /** The fused list as {@link unranked} gives it; empty when retrieval found nothing. */
  readonly candidates: readonly RankedCandidate[]
  /** What a ranker before this one answered; `undefined` when none did. */
  readonly previous?: Ranking | undefined
}

/** A fused list before ranking: every probability is 0. Mentions that look up the same thing may share it. */
export function unranked(candidates: readonly Candidate[]): readonly RankedCandidate[] {
  return candidates.map((candidate) => ({ ...candidate, probability: 0 }))
}

/** The answer for one mention. Probabilities of the candidates and `none` add up to 1. */
export interface Ranking {
  /** Most probable first; those that were not ranked follow in their old order with probability 0. */
  readonly candidates: readonly RankedCandidate[]
  /** Probability of "none of these", 0 … 1; 1 when there is no candidate. */
  readonly none: number
}

/** How to rank with a model. */
export interface RankOptions {
  readonly engine: Engine
  /** How many candidates of a mention the encoder reads at most, see {@link likeliest}. */
  readonly nRanked: number
  readonly token?: CancellationToken | undefined
  readonly focus?: RankFocus | undefined
}

/** A place whose mentions are ranked before the others. Each gets what it would get anyway, only sooner. */
export interface RankFocus {
  /** In the text, UTF-16 units. */
  readonly offset: number
  /** Gets the mentions nearest to the place, in the order of the text, when there are more to rank after them. */
  readonly onRanked: (nearest: readonly (readonly [MentionToRank, Ranking])[]) => void
}

/** Candidates that are read for the mentions nearest to a focus: one chunk of the engine, most of a sentence. */
const FOCUS_CANDIDATES = 16

/**
 * Ranks all mentions of one text, in one call of the engine when there is no focus, else in two. Mentions that look up
 * the same thing with the same group are scored once, at their first place. The answer for a mention does not depend on
 * the order of the mentions.
 */
export async function rankMentions(
  text: string,
  mentions: readonly MentionToRank[],
  { engine, nRanked, token, focus }: RankOptions,
): Promise<Ranking[]> {
  const distinct = new Map<string, Asked>()
  for (const one of inReadingOrder(mentions))
    if (one.candidates.length > 0 && !distinct.has(keyOf(one))) distinct.set(keyOf(one), { one })
  const chosenFor = (asked: Asked): Chosen => (asked.chosen ??= chosenOf(asked.one, nRanked, engine.info))
  const rankings = new Map<string, Ranking>()
  const rankingFor = (one: MentionToRank) => rankings.get(keyOf(one)) ?? { candidates: [], none: 1 }
  const rank = async (some: readonly Asked[]): Promise<void> => {
    if (some.length === 0) return
    const requests = some.map((asked) => ({
      span: asked.one.mention.span,
      mentionText: asked.one.lookedUp,
      candidates: chosenFor(asked).toScore,
    }))
    const answers = await engine.score(text, requests, token)
    for (const [i, asked] of some.entries()) {
      const { read, others } = parted(asked.one.candidates, chosenFor(asked).ranks)
      rankings.set(keyOf(asked.one), rankingOf([...read, ...others], answers[i], engine.info))
    }
  }
  const costOf = (one: MentionToRank): number => {
    const asked = distinct.get(keyOf(one))
    return asked ? chosenFor(asked).toScore.length : 0
  }
  const near = focus ? nearest(mentions, focus.offset, costOf) : []
  const keys = new Set(near.map(keyOf))
  const first = [...distinct].flatMap(([key, asked]) => (keys.has(key) ? asked : []))
  const others = [...distinct].flatMap(([key, asked]) => (keys.has(key) ? [] : asked))
  await rank(first)
  if (focus && others.length > 0) focus.onRanked(near.map((one) => [one, rankingFor(one)]))
  await rank(others)
  return mentions.map(rankingFor)
}

/** A mention that the engine is asked about. What it reads of it is chosen when it is needed: those far from a focus wait. */
interface Asked {
  readonly one: MentionToRank
  chosen?: Chosen
}

/** The mentions nearest to an offset, at least one, that have {@link FOCUS_CANDIDATES} together, in reading order. */
function nearest(
  mentions: readonly MentionToRank[],
  offset: number,
  costOf: (one: MentionToRank) => number,
): readonly MentionToRank[] {
  const distanceTo = ({ mention: { span } }: MentionToRank) =>
    Math.max(span.start - offset, offset - span.end, 0)
  const chosen: MentionToRank[] = []
  let spent = 0
  for (const one of mentions.toSorted((a, b) => distanceTo(a) - distanceTo(b))) {
    spent += costOf(one)
    if (chosen.length > 0 && spent > FOCUS_CANDIDATES) break
    chosen.push(one)
  }
  return inReadingOrder(chosen)
}

const inReadingOrder = (mentions: readonly MentionToRank[]): MentionToRank[] =>
  [...mentions].sort((a, b) => a.mention.span.start - b.mention.span.start)

const keyOf = ({ mention, lookedUp }: MentionToRank): string =>
  JSON.stringify([lookedUp, mention.group, mention.expansion !== undefined])

/** The best of the fused list that are considered at all. */
const CONSIDERED = 24

/** The candidates that the encoder reads, and their ranks in the fused list. */
interface Chosen {
  readonly ranks: readonly number[]
  readonly toScore: readonly CandidateToScore[]
}

function chosenOf(one: MentionToRank, nRanked: number, info: EngineInfo): Chosen {
  const { candidates } = one
  const { shares, rowOf } = featuresOf(one, nRanked, info)
  const ranks = shares ? likeliest(shares, nRanked) : [...candidates.keys()].slice(0, nRanked)
  const toScore = ranks.map((rank) => candidateToScore(candidates[rank] as Candidate, rowOf(rank), info))
  return { ranks, toScore }
}

function featuresOf(one: MentionToRank, nRanked: number, info: EngineInfo): ListFeatures {
  const { candidates, lookedUp, mention, groupShares, fitOf } = one
  const input = { lookedUp, expanded: mention.expansion !== undefined, groupShares, fitOf, candidates }
  return listFeatures(input, Math.max(CONSIDERED, nRanked), info)
}

/**
 * The candidates' shares by their features alone, for those that the encoder would read; `undefined` when the model has no ranker of
 * features. What is over is "none of these".
 */
export function rankByFeatures(one: MentionToRank, nRanked: number, info: EngineInfo): Ranking | undefined {
  const { shares } = featuresOf(one, nRanked, info)
  if (!shares) return undefined
  const ranks = likeliest(shares, nRanked)
  const { read, others } = parted(one.candidates, ranks)
  const probabilities = ranks.map((rank) => shares[rank] ?? 0)
  const none = 1 - probabilities.reduce((a, b) => a + b, 0)
  return orderedRanking([...read, ...others], probabilities, none)
}

/** What the encoder reads of a candidate. @param features as the model names them, see {@link EngineInfo.features} */
export function candidateToScore(
  { matchedName, preferredName, groups }: Candidate,
  features: readonly number[],
  info: EngineInfo,
): CandidateToScore {
  const typeLabel = typeLabelOf(groups, info.typeLabels)
  return {
    name: matchedName,
    preferred: preferredName,
    features,
    ...(typeLabel === '' ? {} : { typeLabel }),
  }
}

/** The candidates at these ranks, and all others in their order. */
function parted(candidates: readonly RankedCandidate[], ranks: readonly number[]) {
  const isRead = new Set(ranks)
  return {
    read: candidates.filter((_, rank) => isRead.has(rank)),
    others: candidates.filter((_, rank) => !isRead.has(rank)),
  }
}

/** The groups in the words that the model was taught; empty when none is known. */
export function typeLabelOf(groups: readonly string[], labels: Readonly<Record<string, string>>): string {
  return groups.flatMap((group) => labels[group] ?? []).join(', ')
}

function rankingOf(
  candidates: readonly RankedCandidate[],
  answer: MentionScores | undefined,
  info: EngineInfo,
): Ranking {
  const scores = Array.from(answer?.scores ?? [])
  const logits = [...scores, (answer?.none ?? 0) + info.noneBias].map((logit) => logit / info.temperature)
  const probabilities = softmax(logits)
  return orderedRanking(candidates, probabilities.slice(0, -1), probabilities.at(-1) ?? 1)
}

/** Puts the first `probabilities.length` candidates in the order of their probabilities, ties in the old order. */
function orderedRanking(
  candidates: readonly RankedCandidate[],
  probabilities: readonly number[],
  none: number,
): Ranking {
  const ranked = candidates
    .slice(0, probabilities.length)
    .map((candidate, i) => ({ ...candidate, probability: probabilities[i] ?? 0 }))
    .sort((a, b) => b.probability - a.probability)
  return { candidates: [...ranked, ...candidates.slice(probabilities.length)], none }
}

function softmax(logits: readonly number[]): number[] {
  const most = Math.max(...logits)
  const powers = logits.map((logit) => Math.exp(logit - most))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map((power) => power / sum)
}

/** What an exact name is worth without a model: about how often the commonest concept of a name is the one meant. */
const EXACT_TRUST = 0.9
/** The most that a merely similar name is worth. */
const SIMILAR_TRUST = 0.6

/**
 * Probabilities without a model, from what retrieval knows. Rough on purpose:
 *
 * - with exact candidates, 0.9 is shared among them by `1 + 2 · nameCount`, doubled for a preferred name;
 * - without, `0.6 · lexicalScore²` of the best one is shared by `lexicalScore⁸`;
 * - the rest is "none of these".
 */
export function rankByPrior(candidates: readonly RankedCandidate[], nRanked: number): Ranking {
  const considered = candidates.slice(0, nRanked)
  const exact = considered.some((candidate) => candidate.exact)
  const weights = considered.map((candidate) =>
    exact ? exactWeight(candidate) : candidate.lexicalScore ** 8,
  )
  const sum = weights.reduce((a, b) => a + b, 0)
  if (sum === 0) return orderedRanking(candidates, [], 1)
  const trust = exact ? EXACT_TRUST : SIMILAR_TRUST * (considered[0]?.lexicalScore ?? 0) ** 2
  return orderedRanking(
    candidates,
    weights.map((weight) => (trust * weight) / sum),
    1 - trust,
  )
}

function exactWeight(candidate: Candidate): number {
  if (!candidate.exact) return 0
  return (1 + 2 * candidate.nameCount) * (candidate.matchedKind === 'preferred' ? 2 : 1)
}
