import { existsSync, statSync } from 'node:fs'
import { ConceptLensError } from '../../core/index.ts'
import type { ImportSink, StoreTitle } from './draft.ts'
import { beginningOf } from './lines.ts'
import { readNamesTable, tableLayout } from './namesTable.ts'
import { readOboGraph } from './oboGraph.ts'
import { readStarterTable, STARTER_MAGIC, starterHeader } from './starterTable.ts'

/** A source whose kind is known and whose header is sound. */
export interface ReadableSource {
  readonly path: string
  /** Only concepts tables name the store they make. */
  readonly title?: StoreTitle
  read(sink: ImportSink): Promise<void>
}

const ALLOWED =
  'a concepts table (first line "#conceptlens-kb"), a names table (.csv, .tsv with a header line that has id and name) or an OBO graph (.json), each plain or gzip'

/** Tells the kind of every source and reads the headers, so that a wrong one is known before work starts. */
export async function openSources(paths: readonly string[]): Promise<ReadableSource[]> {
  if (paths.length === 0)
    throw new ConceptLensError(
      'kb-no-source',
      `There is no source to import. Give one or more of: ${ALLOWED}.`,
    )
  const sources: ReadableSource[] = []
  for (const path of paths) sources.push(await openOne(path))
  return sources
}

async function openOne(path: string): Promise<ReadableSource> {
  if (!existsSync(path))
    throw new ConceptLensError(
      'kb-source-not-found',
      `The source ${path} does not exist. Give a file: ${ALLOWED}.`,
    )
  if (!statSync(path).isFile())
    throw new ConceptLensError('kb-unknown-source', `The source ${path} is not a file. Allowed: ${ALLOWED}.`)
  const beginning = (await beginningOf(path)).replace(/^\ufeff/, '')
  if (beginning.startsWith(STARTER_MAGIC)) {
    const header = starterHeader(path, beginning)
    return { path, title: header.title, read: (sink) => readStarterTable(path, header, sink) }
  }
  if (/^\s*\{/.test(beginning)) return { path, read: (sink) => readOboGraph(path, sink) }
  if (/\.(?:csv|tsv|tab|txt)(?:\.gz)?$/i.test(path) && !beginning.includes('\0')) {
    const layout = tableLayout(path, beginning)
    return { path, read: (sink) => readNamesTable(path, layout, sink) }
  }
  throw new ConceptLensError('kb-unknown-source', `The kind of ${path} is not known. Allowed: ${ALLOWED}.`)
}
