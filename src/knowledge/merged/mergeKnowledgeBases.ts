import { createHash } from 'node:crypto'
import type {
  ConceptFilter,
  ConceptRef,
  KnowledgeBase,
  KnowledgeBaseInfo,
  NameMatch,
} from '../../core/index.ts'
import { fold } from '../names/fold.ts'
import { gramsOf, squaredNorm } from '../names/grams.ts'
import { gramsOfWords, hasWords, typedWords } from '../names/words.ts'
import { createPace, type Pace } from '../store/pace.ts'
import type { NameEncoder } from '../vectors/nameEncoder.ts'
import { comparePlain, createExtraNames, type PlainMatch } from './extraNames.ts'
import { joinStores } from './joinStores.ts'
import { createMergedConcepts, extraNamesOf } from './mergedConcepts.ts'

/** How to merge. */
export interface MergeOptions {
  readonly pace?: Pace
  /** The encoder of names that the main one was opened with, if any. */
  readonly encoder?: NameEncoder | undefined
  /** Where the small ones come from, in their order: see {@link KnowledgeBase.vocabularies}. */
  readonly paths?: readonly string[]
}

/**
 * One view over a knowledge base and some small ones, as if all their sources had been imported together: concepts that
 * ids or cross-references call equal answer as one, with the names and definitions of all. Concepts of the main one keep
 * their numbers.
 *
 * All names are scored with the gram weights of the main one. Weights of a store built from all sources differ a little,
 * since they count the added names too, most for grams that hardly any name of the main one has; tests hold cosines
 * within 0.05 where 12 names join 150. The added names are kept in memory, about a kilobyte each, and half of
 * one more with vectors.
 *
 * A concept of the main one whose is-a parent stands in a small one only is not among the parent's children.
 * Closing the view closes the small ones; the main one stays with who opened it.
 */
export async function mergeKnowledgeBases(
  main: KnowledgeBase,
  others: readonly KnowledgeBase[],
  { pace = createPace(), encoder, paths = [] }: MergeOptions = {},
): Promise<KnowledgeBase> {
  const stores = [main, ...others] as const
  const joined = await joinStores(main, others, pace)
  const names = extraNamesOf(stores, joined)
  const weightOf = (gram: number): number => main.gramWeight(gram)
  const extra = createExtraNames(names, weightOf, encoder)
  const inView = (match: NameMatch): NameMatch => {
    const concept = joined.refOf(0, match.concept)
    return concept === match.concept ? match : { ...match, concept }
  }
  const plain = (match: NameMatch): PlainMatch => {
    const folded = fold(match.name)
    return { folded, squaredNorm: squaredNorm(gramsOf(folded), weightOf), match: inView(match) }
  }
  /** The same for the same predicate, as stores remember what they asked it. */
  const filters = new WeakMap<ConceptFilter, ConceptFilter>()
  const acceptsInMain = (accepts: ConceptFilter): ConceptFilter => {
    const filter = filters.get(accepts) ?? ((ref: ConceptRef) => accepts(joined.refOf(0, ref)))
    filters.set(accepts, filter)
    return filter
  }
  const isIn = (store: number) => (ref: ConceptRef) => joined.members(ref).some((one) => one.store === store)
  return {
    ...main,
    ...createMergedConcepts(stores, joined),
    vocabularies: new Map(paths.map((path, i) => [path, isIn(i + 1)])),
    info: mergedInfo(stores, { nConcepts: joined.nConcepts, nNames: main.info.nNames + names.length }),
    exact: (text) => [...main.exact(text).map(inView), ...extra.exact(fold(text))],
    hasName: (folded) => main.hasName(folded) || extra.has(folded),
    similar(text, limit, accepts) {
      const inMain = accepts && acceptsInMain(accepts)
      const found = [
        ...main.similar(text, limit, inMain).map(inView),
        ...extra.similar(fold(text), limit, accepts),
      ]
      return found.sort((a, b) => b.score - a.score || a.concept - b.concept).slice(0, limit)
    },
    nearest(text, limit, accepts) {
      const inMain = accepts && acceptsInMain(accepts)
      const found = [
        ...main.nearest(text, limit, inMain).map(inView),
        ...extra.nearest(fold(text), limit, accepts),
      ]
      return found.sort((a, b) => (b.denseScore ?? 0) - (a.denseScore ?? 0)).slice(0, limit)
    },
    nearestBy(query, limit, accepts) {
      const inMain = accepts && acceptsInMain(accepts)
      const found = [
        ...main.nearestBy(query, limit, inMain).map(inView),
        ...extra.nearestBy({ ...query, text: fold(query.text) }, limit, accepts),
      ]
      return found.sort((a, b) => (b.denseScore ?? 0) - (a.denseScore ?? 0)).slice(0, limit)
    },
    prefix(text, limit) {
      const folded = fold(text)
      if (folded === '') return []
      const own = main.prefix(text, limit).map(plain)
      const added = extra.where((name) => name.startsWith(folded), folded)
      const [equal, longer] = [true, false].map((isEqual) => {
        const some = [own, added].map((list) => list.filter((one) => (one.folded === folded) === isEqual))
        return plainestOf(some[0]!, some[1]!)
      })
      return [...equal!, ...longer!].slice(0, limit)
    },
    withWords(text, limit) {
      const folded = fold(text)
      const words = typedWords(folded)
      if (gramsOfWords(words).length === 0) return []
      const added = extra.where((name) => hasWords(name, words), folded)
      return plainestOf(main.withWords(text, limit).map(plain), added).slice(0, limit)
    },
    close: () => others.forEach((store) => store.close()),
  }
}

/** Two lists made one, each in its order. */
function plainestOf(own: readonly PlainMatch[], added: readonly PlainMatch[]): NameMatch[] {
  const all: NameMatch[] = []
  let next = 0
  for (const one of own) {
    while (next < added.length && comparePlain(added[next]!, one) < 0) all.push(added[next++]!.match)
    all.push(one.match)
  }
  return [...all, ...added.slice(next).map(({ match }) => match)]
}

function mergedInfo(
  stores: readonly [KnowledgeBase, ...KnowledgeBase[]],
  counts: Pick<KnowledgeBaseInfo, 'nConcepts' | 'nNames'>,
): KnowledgeBaseInfo {
  const infos = stores.map(({ info }) => info)
  const fingerprint = createHash('sha256').update(JSON.stringify(infos.map((info) => info.fingerprint)))
  return {
    name: infos.map(({ name }) => name).join(' + '),
    version: stores[0].info.version,
    fingerprint: fingerprint.digest('hex'),
    ...counts,
    sources: infos.flatMap(({ sources }) => sources),
  }
}
