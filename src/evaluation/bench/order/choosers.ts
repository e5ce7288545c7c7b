import type { LanguageModel, RankedCandidate } from '../../../core/index.ts'
import type { DenseRanker, Engine, PackingMode } from '../../../inference/index.ts'
import { candidateToScore, decideMentions, featureVectors } from '../../../linking/index.ts'
import type { OrderCase, OrderMention } from './cases.ts'

/** Something that chooses a candidate of every mention. */
export interface Chooser {
  readonly name: string
  /** Ids of what it chooses, per mention; empty for "none of these" and for no answer. */
  choose(one: OrderCase): Promise<readonly string[]>
}

/**
 * The two-stream encoder. Features travel with their candidates: what is shown in another order is what it was, retrieved in the
 * same.
 */
export function twoStreamChooser(engine: Engine): Chooser {
  const { info } = engine
  const features = new Map<RankedCandidate, readonly number[]>()
  const featuresFor = ({ text, expansion, candidates }: OrderMention): void => {
    if (candidates.every((candidate) => features.has(candidate))) return
    const input = { lookedUp: expansion ?? text, expanded: expansion !== undefined, candidates }
    const rows = featureVectors(input, candidates.length, info.features)
    candidates.forEach((candidate, i) => features.set(candidate, rows[i] ?? []))
  }
  return {
    name: 'two-stream',
    async choose({ text, mentions }) {
      const asked = mentions.map((mention) => {
        featuresFor(mention)
        const candidates = mention.candidates.map((candidate) =>
          candidateToScore(candidate, features.get(candidate) ?? [], info),
        )
        return { span: mention.span, mentionText: mention.expansion ?? mention.text, candidates }
      })
      const found = await engine.score(text, asked)
      return found.map(({ scores, none }, i) => bestOf(mentions[i], scores, none + info.noneBias))
    },
  }
}

/** A dense cross-encoder, whose candidates see each other. */
export function denseChooser(ranker: DenseRanker, mode: PackingMode): Chooser {
  return {
    name: `dense-${mode}`,
    async choose({ text, mentions }) {
      const asked = mentions.map(({ span, text: surface, expansion, candidates }) => ({
        span,
        mentionText: expansion ?? surface,
        candidates: candidates.map(({ matchedName, preferredName }) => ({
          name: matchedName,
          preferred: preferredName,
          features: [],
        })),
      }))
      const { scores } = await ranker.rank([{ text, sentences: [], mentions: asked }], {
        mode,
        context: 'passage',
      })
      return mentions.map((mention, i) => bestOf(mention, scores[0]?.[i] ?? [], -Infinity))
    },
  }
}

/** A language model that is asked for a letter, in so many orders of its own for each answer. */
export function generativeChooser(model: LanguageModel, nOrders: number): Chooser {
  return {
    name: nOrders === 1 ? 'generative' : `generative, mean of ${nOrders} orders`,
    async choose({ text, mentions }) {
      const asked = mentions.map(({ span, text: surface, expansion, candidates }) => ({
        mention: { span, text: surface, ...(expansion === undefined ? {} : { expansion }) },
        candidates,
      }))
      const { opinions } = await decideMentions(text, asked, { model, nOrders, seed: 1 })
      return opinions.map((opinion, i) =>
        opinion ? bestOf(mentions[i], opinion.candidates, opinion.none) : '',
      )
    },
  }
}

/**
 * The id of the candidate with the highest score, where that is higher than that of "none of these"; of equal ones, as a ranker
 * gives to concepts of one name when it reads names alone, the first id: a tie is no matter of order.
 */
function bestOf(mention: OrderMention | undefined, scores: ArrayLike<number>, none: number): string {
  let [best, highest] = ['', none]
  mention?.candidates.forEach(({ id }, i) => {
    const score = scores[i] ?? -Infinity
    const isFirst = best !== '' && score === highest && id < best
    if (score > highest || isFirst) [best, highest] = [id, score]
  })
  return best
}
