import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** A concept of an open source: what a generated release is made of. */
export interface OpenConcept {
  readonly names: readonly string[]
  readonly types: readonly string[]
}

const STARTER = join(import.meta.dirname, '../../../models/starter-kb/concepts.tsv.gz')

/** The concepts of the starter table, and those of more tables of names (`CUI`, name, …; tab-separated, gzip). */
export function openConcepts(tables: readonly string[]): OpenConcept[] {
  return [...starterConcepts(), ...tables.flatMap(tableConcepts)].filter(({ names }) => names.length > 0)
}

function starterConcepts(): OpenConcept[] {
  const concepts: { names: string[]; types: readonly string[] }[] = []
  for (const line of linesOf(STARTER)) {
    const [tag, ...cells] = line.split('\t')
    if (tag === 'C') concepts.push({ names: [], types: cells[1]?.split('|').filter(Boolean) ?? [] })
    else if (tag === 'N' && cells[0] !== 'observed') concepts.at(-1)?.names.push(cells[3] ?? '')
  }
  return concepts
}

function tableConcepts(path: string): OpenConcept[] {
  const byId = new Map<string, string[]>()
  for (const line of linesOf(path)) {
    const [id, name] = line.split('\t')
    if (!id || !name) continue
    const names = byId.get(id)
    if (names) names.push(name)
    else byId.set(id, [name])
  }
  return [...byId.values()].map((names) => ({ names, types: [] }))
}

function linesOf(path: string): string[] {
  return gunzipSync(readFileSync(path)).toString('utf8').split('\n')
}
