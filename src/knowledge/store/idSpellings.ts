import { normalisedId } from '../import/curie.ts'
import { idOfIri } from '../import/iri.ts'

const IRI = /^https?:\/\//i
/** `HP_0001250` and `HP: 0001250`. */
const LOOSE = /^([A-Za-z][\w.-]*?)(?:_|:\s+)(\w*\d\w*)$/
const BARE_MESH = /^[CD]\d{6}(?:\d{3})?$/i

/**
 * The ids that a person may mean by what they wrote, likeliest first: as it is written, then in the spelling of the
 * knowledge base, in capitals, with the prefix that a bare identifier of the UMLS or MeSH has.
 *
 * @example `c0011849` → `UMLS:C0011849`, `hp_0001250` → `HP:0001250`, `D003924` → `MESH:D003924`
 */
export function idSpellings(written: string): readonly string[] {
  const trimmed = written.trim()
  if (IRI.test(trimmed)) return [...new Set([idOfIri(trimmed, new Map()), trimmed])]
  const curie = trimmed.replace(LOOSE, '$1:$2')
  const capitals = curie.toUpperCase()
  const mesh = BARE_MESH.test(capitals) ? [`MESH:${capitals}`] : []
  const found = [curie, withCapitalPrefix(curie), capitals].map(normalisedId)
  return [...new Set([trimmed, ...found, ...mesh])]
}

function withCapitalPrefix(curie: string): string {
  const colon = curie.indexOf(':')
  return colon < 0 ? curie : curie.slice(0, colon).toUpperCase() + curie.slice(colon)
}
