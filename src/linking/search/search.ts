import { CancelledError } from '../../core/index.ts'
import type { CancellationToken, ConceptRef, KnowledgeBase, NameKind, NameMatch } from '../../core/index.ts'
import { collectCommonNames, type CommonName, type CommonNames } from './commonNames.ts'
import { withOneEdit } from './edits.ts'
import {
  compareAnswers,
  compareNames,
  rankName,
  typedText,
  type Answer,
  type Match,
  type Ranked,
  type Typed,
} from './ranks.ts'

/** A concept that answers what was typed. */
export interface FoundConcept {
  readonly concept: ConceptRef
  readonly id: string
  readonly preferredName: string
  /** The name that answers; the preferred one for a match by id. */
  readonly matchedName: string
  readonly matchedKind: NameKind
  readonly match: Match
  /** See {@link KnowledgeBase.conceptCount}. */
  readonly conceptCount: number
  readonly types: readonly string[]
  readonly groups: readonly string[]
}

/** How to search. */
export interface SearchOptions {
  /** How many concepts at most. */
  readonly limit: number
  /** Checked between steps of milliseconds; cancelling throws `CancelledError`. */
  readonly token?: CancellationToken
}

/** Searches a knowledge base for people. */
export interface ConceptSearch {
  /** Collects what the first search needs, so that it need not wait. */
  prepare(): Promise<void>
  /**
   * The concepts that a person may mean by what they typed so far, each once: in the order of `MATCHES`, then the
   * names used most and the commonest concepts first. Names like it (`misspelled`, `similar`) are looked for only where it is no id and fewer than `limit`
   * concepts have its words.
   */
  search(text: string, options: SearchOptions): Promise<readonly FoundConcept[]>
}

/** Names taken from the index for each concept wanted: a concept may have several that answer. */
const NAMES_PER_CONCEPT = 2
/** How many similar names are looked at for typing errors. */
const N_SIMILAR = 128
/** Shorter texts are like too much. */
const FEWEST_FOR_SIMILAR = 3
const LONGEST_CORRECTED = 40

/**
 * Makes a search. The names of common concepts are collected on the first one. `pause` lets other work of the process
 * go on.
 */
export function createConceptSearch(kb: KnowledgeBase, pause: () => Promise<void>): ConceptSearch {
  let collecting: Promise<CommonNames> | undefined
  const commonNames = (): Promise<CommonNames> =>
    (collecting ??= collectCommonNames(kb, pause).catch((error: unknown) => {
      collecting = undefined
      throw error
    }))
  return {
    async prepare() {
      await commonNames()
    },
    async search(text, { limit, token }) {
      const typed = typedText(text)
      if (limit <= 0 || text.trim() === '') return []
      const answers = createAnswers(kb, text, typed)
      const step = async (): Promise<void> => {
        await pause()
        if (token?.isCancellationRequested === true) throw new CancelledError()
      }
      await step()
      const refs = kb.resolve(text)
      answers.addIds(refs)
      if (typed.folded !== '') {
        answers.add(kb.exact(typed.folded))
        const common = await commonNames()
        await step()
        answers.add(fromCommon(kb, common, typed, limit))
        await step()
        answers.add(kb.prefix(typed.folded, limit * NAMES_PER_CONCEPT))
        await step()
        answers.add(kb.withWords(typed.folded, limit * NAMES_PER_CONCEPT))
      }
      if (refs.length === 0 && answers.size() < limit && typed.folded.length >= FEWEST_FOR_SIMILAR) {
        await step()
        answers.add(corrected(kb, typed))
        answers.add(kb.similar(typed.folded, N_SIMILAR))
      }
      return answers.best(limit)
    },
  }
}

function fromCommon(kb: KnowledgeBase, common: CommonNames, typed: Typed, limit: number): NameMatch[] {
  const { folded, words } = typed
  const found: readonly CommonName[] = [
    ...common.beginning(folded, limit),
    ...common.withWords(folded, words, limit),
  ]
  // A concept may have hundreds of names that answer: they are read once.
  const names = new Map([...new Set(found.map(({ concept }) => concept))].map((ref) => [ref, kb.names(ref)]))
  return found.flatMap(({ concept, index }) => {
    const name = names.get(concept)?.[index]
    return name ? [{ concept, name: name.text, kind: name.kind, count: name.count, score: 0 }] : []
  })
}

/** Names that are what was typed but for one edit, wherever they stand: probes of the hash table. */
function corrected(kb: KnowledgeBase, { folded }: Typed): NameMatch[] {
  if (folded.length > LONGEST_CORRECTED) return []
  const names = new Set<string>()
  for (const text of withOneEdit(folded)) if (kb.hasName(text)) names.add(text)
  return [...names].flatMap((name) => kb.exact(name))
}

interface Answers {
  addIds(refs: readonly ConceptRef[]): void
  add(matches: readonly NameMatch[]): void
  /** How many concepts there are. */
  size(): number
  best(limit: number): FoundConcept[]
}

/** Gathers the names that answer, concept by concept. */
function createAnswers(kb: KnowledgeBase, text: string, typed: Typed): Answers {
  const byConcept = new Map<ConceptRef, Map<string, Ranked>>()
  const put = (name: Ranked): void => {
    const names = byConcept.get(name.concept) ?? new Map<string, Ranked>()
    byConcept.set(name.concept, names)
    const key = `${name.match === 'id' ? 'id' : name.kind} ${name.name}`
    const known = names.get(key)
    if (!known || compareNames(text, name, known) < 0) names.set(key, name)
  }
  const answerOf = (names: readonly Ranked[]): Answer => {
    const [best, ...others] = [...names].sort((a, b) => compareNames(text, a, b))
    const alike = others.filter(({ match, length }) => match === best!.match && length === best!.length)
    return {
      ...best!,
      kind: [best!, ...alike].some(({ kind }) => kind === 'preferred') ? 'preferred' : best!.kind,
      nameCount: [best!, ...alike].reduce((sum, { count }) => sum + count, 0),
      conceptCount: kb.conceptCount(best!.concept),
    }
  }
  return {
    addIds(refs) {
      for (const [i, concept] of refs.entries()) {
        const { name } = kb.summary(concept)
        put({ concept, name, kind: 'preferred', count: 0, match: 'id', closeness: -i, length: name.length })
      }
    },
    add: (matches) => matches.forEach((match) => put(rankName(typed, match))),
    size: () => byConcept.size,
    best: (limit) =>
      [...byConcept.values()]
        .map((names) => answerOf([...names.values()]))
        .sort(compareAnswers)
        .slice(0, limit)
        .map((answer) => foundConcept(kb, answer)),
  }
}

function foundConcept(kb: KnowledgeBase, { concept, name, kind, match, conceptCount }: Answer): FoundConcept {
  const { id, name: preferredName, types, groups } = kb.summary(concept)
  return {
    concept,
    id,
    preferredName,
    matchedName: name,
    matchedKind: kind,
    match,
    conceptCount,
    types,
    groups,
  }
}
