import { curieOfIri, normalisedId } from './curie.ts'

/** Where publishers put their codes: an IRI that begins so is a prefix and the rest. */
const NAMESPACES: readonly (readonly [start: RegExp, prefix: string])[] = [
  [/^https?:\/\/id\.nlm\.nih\.gov\/mesh\/(?:\d{4}\/)?/, 'MESH'],
  [/^https?:\/\/linkedlifedata\.com\/resource\/umls(?:\/id|-concept)?\//, 'UMLS'],
  [/^https?:\/\/uts\.nlm\.nih\.gov\/(?:uts\/umls|metathesaurus\.html#?)\/(?:concept\/)?/, 'UMLS'],
  [/^https?:\/\/snomed\.info\/id\//, 'SNOMEDCT'],
  [/^https?:\/\/www\.orpha\.net\/ORDO\/Orphanet_/, 'ORPHA'],
  [/^https?:\/\/ncicb\.nci\.nih\.gov\/xml\/owl\/EVS\/Thesaurus\.owl#/, 'NCIT'],
  [/^https?:\/\/(?:www\.)?omim\.org\/entry\//, 'OMIM'],
  [/^https?:\/\/www\.wikidata\.org\/entity\//, 'Wikidata'],
]

/** Sites whose paths have the prefix in them. */
const RESOLVERS =
  /^https?:\/\/(?:(?:www\.)?identifiers\.org|bioregistry\.io|purl\.bioontology\.org\/ontology)\/([A-Za-z][\w.-]*)[:/]([^/#?]+)$/

const OBO_LIBRARY = /^https?:\/\/purl\.obolibrary\.org\/obo\//
/** `LAB_0000001`, as ontologies beyond the OBO library write it too. */
const OBO_STYLE = /[/#][A-Z][A-Za-z.]+_[A-Za-z]?\d\w*$/

/** Prefixes that a file declares, by the start of an IRI that they stand for. */
export type Prefixes = ReadonlyMap<string, string>

/**
 * The id of the knowledge base for an IRI: a CURIE by its publisher's namespace, by the style of the OBO library, or by
 * a prefix that the file declares; else the IRI itself.
 *
 * @example `http://id.nlm.nih.gov/mesh/D003920` → `MESH:D003920`
 */
export function idOfIri(iri: string, prefixes: Prefixes): string {
  for (const [start, prefix] of NAMESPACES) {
    const match = start.exec(iri)
    if (match && isLocalName(iri.slice(match[0].length))) return `${prefix}:${iri.slice(match[0].length)}`
  }
  const [, prefix, local] = RESOLVERS.exec(iri) ?? []
  if (prefix && local) return normalisedId(local.includes(':') ? local : `${prefix}:${local}`)
  const curie = OBO_LIBRARY.test(iri) || OBO_STYLE.test(iri) ? curieOfIri(iri) : undefined
  return curie ?? declaredCurie(iri, prefixes) ?? iri
}

const isLocalName = (text: string): boolean => /^[^/#?\s]+$/.test(text)

/** By the longest declared start. */
function declaredCurie(iri: string, prefixes: Prefixes): string | undefined {
  for (let end = iri.length - 1; end > 0 && isLocalName(iri.slice(end)); end -= 1) {
    const prefix = prefixes.get(iri.slice(0, end))
    if (prefix) return normalisedId(`${prefix}:${iri.slice(end)}`)
  }
  return undefined
}
