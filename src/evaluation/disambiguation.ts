import {
  CancelledError,
  type CancellationToken,
  type KnowledgeBase,
  type Link,
  type Progress,
} from '../core/index.ts'
import type { Linker } from '../linking/index.ts'
import type { Corpus, CorpusDocument, GoldMention } from './corpora.ts'
import { goldResolver, type GoldConcepts } from './gold.ts'

/** How a given mention was linked, and what would have been right. */
export interface LinkedGold {
  readonly document: number
  readonly gold: GoldMention
  readonly concepts: GoldConcepts
  readonly link: Link
  /** Whether the best ranked candidate is right; "none of these" is not an answer to which concept a mention means. */
  readonly isRight: boolean
  /** Rank of the first right candidate in the order of the pipeline's layers, before it ranks, from 0; `undefined` when none is there. */
  readonly retrievalRank: number | undefined
}

/** What linking a corpus needs. */
export interface LinkingRun {
  readonly corpus: Corpus
  readonly linker: Linker
  readonly knowledgeBase: KnowledgeBase
  readonly token?: CancellationToken
  /** Counts documents. */
  readonly progress?: Progress
}

/** Links every gold mention of a corpus. Mentions that overlap are linked in turns, as a passage's links never overlap. */
export async function linkGoldMentions(run: LinkingRun): Promise<LinkedGold[]> {
  const resolve = goldResolver(run.knowledgeBase)
  const results: LinkedGold[] = []
  for (const [index, document] of run.corpus.documents.entries()) {
    if (run.token?.isCancellationRequested === true) throw new CancelledError()
    for (const { gold, link } of await linkDocument(document, run)) {
      const concepts = resolve(gold)
      const best = link.candidates[0]
      const text = link.mention.expansion ?? link.mention.text
      const retrieved = await run.linker.retrieve(text, run.token)
      const rank = retrieved.findIndex(({ concept }) => concepts.refs.has(concept))
      results.push({
        ...{ document: index, gold, concepts, link },
        isRight: best !== undefined && concepts.refs.has(best.concept),
        retrievalRank: rank < 0 ? undefined : rank,
      })
    }
    run.progress?.report(index + 1, run.corpus.documents.length)
  }
  return results
}

async function linkDocument(
  { manuscript, mentions }: CorpusDocument,
  { linker, token }: LinkingRun,
): Promise<{ gold: GoldMention; link: Link }[]> {
  const layers = mentions.map(layersOf)
  const nTurns = Math.max(0, ...layers.map(({ length }) => length))
  const linked: { gold: GoldMention; link: Link }[] = []
  for (let turn = 0; turn < nTurns; turn++) {
    const given = layers.map((ofPassage) => ofPassage[turn] ?? [])
    const { passages } = await linker.link(manuscript, { given, ...(token === undefined ? {} : { token }) })
    for (const [i, golds] of given.entries()) {
      const links = new Map(passages[i]?.links.map((link) => [link.mention.span.start, link]))
      for (const gold of golds) {
        const link = links.get(gold.span.start)
        if (link !== undefined) linked.push({ gold, link })
      }
    }
  }
  return linked
}

/** Mentions in layers without overlaps: each goes into the first layer that has room. */
function layersOf(mentions: readonly GoldMention[]): GoldMention[][] {
  const layers: GoldMention[][] = []
  for (const mention of mentions) {
    const layer = layers.find((one) => (one.at(-1)?.span.end ?? 0) <= mention.span.start)
    if (layer === undefined) layers.push([mention])
    else layer.push(mention)
  }
  return layers
}
