import { join } from 'node:path'
import { ConceptLensError, type CancellationToken, type Progress } from '../../core/index.ts'
import { download, type DownloadOptions } from '../download.ts'
import type { Http } from '../http.ts'
import type { OpenOntology } from './catalog.ts'

/** No file of an ontology is this many times larger than it was. */
const GROWTH = 5

export interface GetOptions {
  readonly http: Http
  readonly ontologies: readonly OpenOntology[]
  /** Where downloads are kept; what is there and still the newest is not fetched again. */
  readonly folder: string
  /** Told of each file under its ontology's title, in bytes. */
  readonly progress?: (title: string) => Progress
  readonly token?: CancellationToken
  readonly pause?: DownloadOptions['pause']
}

/** Downloads ontologies one after the other, and gives the paths of their files in that order. */
export async function getOntologies(options: GetOptions): Promise<readonly string[]> {
  const { http, ontologies, folder, progress, token, pause } = options
  const paths: string[] = []
  for (const { title, files } of ontologies) {
    for (const { name, urls, aboutBytes } of files) {
      const target = join(folder, name)
      const reporting = progress?.(title)
      await download({
        ...{ http, urls, target, maxBytes: GROWTH * aboutBytes },
        ...(reporting ? { progress: reporting } : {}),
        ...(token ? { token } : {}),
        ...(pause ? { pause } : {}),
      })
      paths.push(target)
    }
  }
  return paths
}

/** The ontologies with these ids, in their order. Throws `ConceptLensError` for one that nobody knows. */
export function ontologiesByIds(
  known: readonly OpenOntology[],
  ids: readonly string[],
): readonly OpenOntology[] {
  return [...new Set(ids.map((id) => id.toLowerCase()))].map((id) => {
    const found = known.find((ontology) => ontology.id === id)
    if (found) return found
    throw new ConceptLensError(
      'usage',
      `There is no open ontology ${id} here. Allowed: ${known.map((ontology) => ontology.id).join(', ')}. Others can be imported from files.`,
    )
  })
}
