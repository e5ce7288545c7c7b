import { LRUCache } from 'lru-cache'
import type { ConceptFilter, KnowledgeBase, NameMatch, VectorQuery } from '../../core/index.ts'
import { fold } from '../names/fold.ts'
import { gramsOfWords, hasWords, typedWords, type TypedWords } from '../names/words.ts'
import { openConceptTable } from './conceptTable.ts'
import type { Manifest } from './format.ts'
import { openFormTable } from './formTable.ts'
import { readManifest } from './manifest.ts'
import { openNameIndex } from './nameIndex.ts'
import { openNameTable } from './nameTable.ts'
import { cosineWith } from '../vectors/nameEncoder.ts'
import type { NameVectors } from '../vectors/nameVectors.ts'
import { openStoreFiles, type StoreFiles } from './storeFiles.ts'
import { openVectorIndex } from './vectorIndex.ts'

/** So many times as many near names as wanted are looked at when not every concept is accepted. */
const FILTERED = 8
const ANSWERS_KEPT = 2_000
/** How many forms with the right grams a search by words reads: some lack the words all the same. */
const MAX_FORMS_READ = 1_000

/**
 * Opens a store made by `importKnowledgeBase`. Takes milliseconds: headers, sizes and tables are read and checked,
 * records when they are needed. Throws `ConceptLensError` (`kb-not-found`, `kb-not-a-store`, `kb-other-version`,
 * `kb-missing-file`, `kb-damaged`); a look-up that meets damage later throws `kb-damaged`.
 */
export function openKnowledgeBase(dir: string, options: OpenOptions = {}): KnowledgeBase {
  const manifest = readManifest(dir)
  const { vectors } = options
  const files = openStoreFiles(
    dir,
    manifest,
    vectors !== undefined && manifest.vectors === vectors.fingerprint,
  )
  try {
    return knowledgeBaseOf(files, manifest, vectors)
  } catch (error) {
    closeAll(files)
    throw error
  }
}

/** How to open a store. */
export interface OpenOptions {
  /** With an encoder of names matches have dense scores; `nearest` needs a store that was built with the same one. */
  readonly vectors?: NameVectors | undefined
}

function closeAll(files: StoreFiles): void {
  for (const file of Object.values(files)) file?.close()
}

/** An answer as it is kept: small, and made into matches when it is given. */
interface Answer {
  readonly rows: Uint32Array
  readonly scores: Float64Array
  readonly denseScores: Float64Array | undefined
}

function knowledgeBaseOf(
  files: StoreFiles,
  manifest: Manifest,
  vectors: NameVectors | undefined,
): KnowledgeBase {
  const names = openNameTable(files.names, manifest)
  const forms = openFormTable(files.forms, names, manifest)
  const index = openNameIndex(files.grams, forms, manifest)
  const concepts = openConceptTable({ concepts: files.concepts, ids: files.ids, names, manifest })
  const vectorIndex = files.vectors && vectors && openVectorIndex(files.vectors, forms, vectors)
  const { name, version, fingerprint, nConcepts, nNames, sources } = manifest
  const answers = new LRUCache<string, Answer>({ max: ANSWERS_KEPT })

  /** The same for the same predicate, so that what was found out once is known. */
  const rowFilters = new WeakMap<ConceptFilter, (row: number) => boolean>()
  const rowFilter = (accepts: ConceptFilter): ((row: number) => boolean) => {
    const filter = rowFilters.get(accepts) ?? ((row: number): boolean => accepts(names.match(row, 0).concept))
    rowFilters.set(accepts, filter)
    return filter
  }

  const exact = (folded: string): NameMatch[] => {
    const form = forms.find(folded)
    return form === undefined ? [] : Array.from(forms.rows(form), (row) => names.match(row, 1, vectors && 1))
  }

  const similar = (folded: string, limit: number, accepts?: ConceptFilter): Answer => {
    const denseScoreOf = vectors && cosineWith(folded, vectors.encoder)
    const best = index
      .nearest(folded, limit, accepts && rowFilter(accepts))
      .flatMap(({ rows, score, text }) => {
        const denseScore = denseScoreOf?.(text)
        return rows.map((row) => ({ row, score, denseScore }))
      })
      .sort((a, b) => b.score - a.score || a.row - b.row)
      .slice(0, limit)
    return {
      rows: Uint32Array.from(best, ({ row }) => row),
      scores: Float64Array.from(best, ({ score }) => score),
      denseScores: vectors && Float64Array.from(best, ({ denseScore }) => denseScore ?? 0),
    }
  }

  const vectorOf = (text: string): Float32Array | undefined =>
    vectorIndex && vectors?.encoder.encode(fold(text)).slice()

  const nearestBy = ({ text: query, vector }: VectorQuery, limit: number, accepts?: ConceptFilter) => {
    if (!vectorIndex) return []
    const isAccepted = accepts ? rowFilter(accepts) : () => true
    const found = vectorIndex
      .nearest(vector, accepts ? limit * FILTERED : limit)
      .flatMap(({ rows, cosine, text }) => rows.filter(isAccepted).map((row) => ({ row, cosine, text })))
    const similarity = index.similarityTo(fold(query))
    return found.slice(0, limit).map(({ row, cosine, text }) => names.match(row, similarity(text), cosine))
  }

  /** The names of the forms, in their order. */
  const matches = (folded: string, some: Iterable<number>, limit: number): NameMatch[] => {
    const found: NameMatch[] = []
    const similarity = index.similarityTo(folded)
    for (const form of some) {
      if (found.length >= limit) break
      const rows = forms.rows(form)
      const score = similarity(forms.textOf(rows))
      found.push(...rows.map((row) => names.match(row, score)))
    }
    return found.slice(0, limit)
  }

  function* formsWith(grams: Uint32Array, words: TypedWords): Generator<number> {
    let nRead = 0
    for (const form of index.withAll(grams)) {
      if (hasWords(forms.text(form), words)) yield form
      if (++nRead === MAX_FORMS_READ) return
    }
  }

  return {
    info: { name, version, fingerprint, nConcepts, nNames, sources },
    ...concepts,
    exact: (text) => exact(fold(text)),
    hasName: (folded) => forms.find(folded) !== undefined,
    gramWeight: (gram) => index.weightOf(gram),
    similar(text, limit, accepts) {
      const folded = fold(text)
      const key = `${String(limit)} ${folded}`
      const answer = (accepts ? undefined : answers.get(key)) ?? similar(folded, limit, accepts)
      if (!accepts) answers.set(key, answer)
      return Array.from(answer.rows, (row, i) => names.match(row, answer.scores[i]!, answer.denseScores?.[i]))
    },
    nearest(text, limit, accepts) {
      const vector = vectorOf(text)
      return vector ? nearestBy({ text, vector }, limit, accepts) : []
    },
    vectorOf,
    nearestBy,
    prefix(text, limit) {
      const folded = fold(text)
      if (folded === '') return []
      const form = forms.find(folded)
      const own = form === undefined ? [] : [form]
      const others = forms.beginningWith(folded, limit + 1).filter((other) => other !== form)
      return matches(folded, [...own, ...others], limit)
    },
    withWords(text, limit) {
      const folded = fold(text)
      const words = typedWords(folded)
      const grams = gramsOfWords(words)
      return grams.length === 0 ? [] : matches(folded, formsWith(grams, words), limit)
    },
    close: () => closeAll(files),
  }
}
