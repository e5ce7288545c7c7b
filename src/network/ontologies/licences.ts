import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { OpenOntology } from './catalog.ts'

const FILE = 'accepted-licences.json'

/** Ids of the ontologies whose licence, as it is called today, was accepted; noted in the folder of downloads. */
export async function acceptedLicences(
  folder: string,
  ontologies: readonly OpenOntology[],
): Promise<ReadonlySet<string>> {
  const accepted = await readAccepted(folder)
  return new Set(ontologies.filter(({ id, licence }) => accepted[id] === licence.url).map(({ id }) => id))
}

/** Notes that a person accepted the licences of these ontologies. */
export async function acceptLicences(folder: string, ontologies: readonly OpenOntology[]): Promise<void> {
  const added = Object.fromEntries(ontologies.map(({ id, licence }) => [id, licence.url]))
  const accepted = { ...(await readAccepted(folder)), ...added }
  await mkdir(folder, { recursive: true })
  const path = join(folder, FILE)
  await writeFile(`${path}.part`, `${JSON.stringify(accepted, null, 2)}\n`)
  await rename(`${path}.part`, path)
}

async function readAccepted(folder: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const found: unknown = JSON.parse(await readFile(join(folder, FILE), 'utf8'))
    return typeof found === 'object' && found !== null ? { ...found } : {}
  } catch {
    return {} // Never accepted, or nobody can tell: it is asked again.
  }
}
