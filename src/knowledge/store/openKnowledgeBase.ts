import { join } from 'node:path'
import { LRUCache } from 'lru-cache'
import type { KnowledgeBase, NameMatch } from '../../core/index.ts'
import { fold } from '../names/fold.ts'
import { gramsOfWords, hasWords, typedWords, type TypedWords } from '../names/words.ts'
import { openConceptTable } from './conceptTable.ts'
import { FILES, type Manifest } from './format.ts'
import { openFormTable } from './formTable.ts'
import { readManifest } from './manifest.ts'
import { openNameIndex } from './nameIndex.ts'
import { openNameTable } from './nameTable.ts'
import { createPageCache, openSectionFile, type SectionFile } from './sectionFile.ts'

/** Lists of grams are read in long runs, everything else a record at a time from anywhere. */
const LIST_CACHE = { bytes: 16 * 2 ** 20, pageBytes: 65_536 }
const RECORD_CACHE = { bytes: 8 * 2 ** 20, pageBytes: 4_096 }
const ANSWERS_KEPT = 2_000
/** How many forms with the right grams a search by words reads: some lack the words all the same. */
const MAX_FORMS_READ = 1_000

const N_SECTIONS: Readonly<Record<keyof typeof FILES, number>> = {
  concepts: 7,
  names: 3,
  ids: 2,
  forms: 7,
  grams: 3,
}

/**
 * Opens a store made by `importKnowledgeBase`. Takes milliseconds: headers, sizes and tables are read and checked,
 * records when they are needed. Throws `ConceptLensError` (`kb-not-found`, `kb-not-a-store`, `kb-other-version`,
 * `kb-missing-file`, `kb-damaged`); a look-up that meets damage later throws `kb-damaged`.
 */
export function openKnowledgeBase(dir: string): KnowledgeBase {
  const manifest = readManifest(dir)
  const files = openFiles(dir, manifest)
  try {
    return knowledgeBaseOf(files, manifest)
  } catch (error) {
    closeAll(files)
    throw error
  }
}

/** An answer as it is kept: small, and made into matches when it is given. */
interface Answer {
  readonly rows: Uint32Array
  readonly scores: Float64Array
}

type Files = Record<keyof typeof FILES, SectionFile>

function openFiles(dir: string, manifest: Manifest): Files {
  const lists = createPageCache(LIST_CACHE.bytes, LIST_CACHE.pageBytes)
  const records = createPageCache(RECORD_CACHE.bytes, RECORD_CACHE.pageBytes)
  const opened: Partial<Files> = {}
  try {
    for (const [ordinal, key] of (Object.keys(FILES) as (keyof typeof FILES)[]).entries()) {
      const name = FILES[key]
      const bytes = manifest.files[name]?.bytes ?? 0
      opened[key] = openSectionFile(join(dir, name), {
        name,
        bytes,
        nSections: N_SECTIONS[key],
        ordinal,
        cache: key === 'grams' ? lists : records,
      })
    }
    return opened as Files
  } catch (error) {
    closeAll(opened)
    throw error
  }
}

function closeAll(files: Partial<Files>): void {
  for (const file of Object.values(files)) file.close()
}

function knowledgeBaseOf(files: Files, manifest: Manifest): KnowledgeBase {
  const names = openNameTable(files.names, manifest)
  const forms = openFormTable(files.forms, names, manifest)
  const index = openNameIndex(files.grams, forms, manifest)
  const concepts = openConceptTable({ concepts: files.concepts, ids: files.ids, names, manifest })
  const { name, version, fingerprint, nConcepts, nNames, sources } = manifest
  const answers = new LRUCache<string, Answer>({ max: ANSWERS_KEPT })

  const exact = (folded: string): NameMatch[] => {
    const form = forms.find(folded)
    return form === undefined ? [] : Array.from(forms.rows(form), (row) => names.match(row, 1))
  }

  const similar = (folded: string, limit: number): Answer => {
    const best = index
      .nearest(folded, limit)
      .flatMap(({ rows, score }) => rows.map((row) => ({ row, score })))
      .sort((a, b) => b.score - a.score || a.row - b.row)
      .slice(0, limit)
    return {
      rows: Uint32Array.from(best, ({ row }) => row),
      scores: Float64Array.from(best, ({ score }) => score),
    }
  }

  /** The names of the forms, in their order. */
  const matches = (folded: string, some: Iterable<number>, limit: number): NameMatch[] => {
    const found: NameMatch[] = []
    for (const form of some) {
      if (found.length >= limit) break
      const rows = forms.rows(form)
      const score = index.similarity(folded, forms.textOf(rows))
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
    similar(text, limit) {
      const folded = fold(text)
      const key = `${String(limit)} ${folded}`
      const answer = answers.get(key) ?? similar(folded, limit)
      answers.set(key, answer)
      return Array.from(answer.rows, (row, i) => names.match(row, answer.scores[i]!))
    },
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
