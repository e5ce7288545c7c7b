import { existsSync, statSync } from 'node:fs'
import { ConceptLensError } from '../../core/index.ts'
import { beginningOf } from './lines.ts'
import { meshAsciiKind } from './meshAscii.ts'
import { meshXmlKind } from './meshXml.ts'
import { namesTableKind } from './namesTable.ts'
import { oboKind } from './obo.ts'
import { oboGraphKind } from './oboGraph.ts'
import { rdfKind } from './rdf.ts'
import { RELEASE_KIND, releaseSource } from './rrf/releaseSource.ts'
import type { ReleaseSelection } from './rrf/selection.ts'
import type { ReadableSource, SourceKind } from './sourceKind.ts'
import { sssomKind } from './sssom.ts'
import { starterTableKind } from './starterTable.ts'

export type { ReadableSource }

/** Every kind, in the order in which a file is tried; a names table is told by its extension, so it comes last. */
const KINDS: readonly SourceKind[] = [
  starterTableKind,
  oboGraphKind,
  oboKind,
  rdfKind,
  sssomKind,
  meshXmlKind,
  meshAsciiKind,
  namesTableKind,
]

const ALLOWED = `${RELEASE_KIND}; ${listed(KINDS.map(({ what }) => what))}; each plain or gzip`

function listed(things: readonly string[]): string {
  return `${things.slice(0, -1).join('; ')}; or ${things.at(-1) ?? ''}`
}

/** Tells the kind of every source and reads the headers, so that a wrong one is known before work starts. */
export async function openSources(
  paths: readonly string[],
  selection?: ReleaseSelection,
): Promise<ReadableSource[]> {
  if (paths.length === 0)
    throw new ConceptLensError(
      'kb-no-source',
      `There is no source to import. Give one or more of: ${ALLOWED}.`,
    )
  const sources: ReadableSource[] = []
  for (const path of paths) sources.push(await openOne(path, selection))
  return sources
}

async function openOne(path: string, selection?: ReleaseSelection): Promise<ReadableSource> {
  if (!existsSync(path))
    throw new ConceptLensError(
      'kb-source-not-found',
      `The source ${path} does not exist. Give a file: ${ALLOWED}.`,
    )
  const release = await releaseSource(path, selection)
  if (release) return release
  if (!statSync(path).isFile())
    throw new ConceptLensError(
      'kb-unknown-source',
      `The source ${path} is no file, and no folder of a release. Allowed: ${ALLOWED}.`,
    )
  const beginning = (await beginningOf(path)).replace(/^\ufeff/, '')
  for (const kind of KINDS) {
    const source = kind.open(path, beginning)
    if (source) return source
  }
  throw new ConceptLensError('kb-unknown-source', `The kind of ${path} is not known. Allowed: ${ALLOWED}.`)
}
