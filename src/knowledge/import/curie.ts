/** Prefixes that sources write differently, by their upper-case spelling. */
const PREFIXES: Readonly<Record<string, string>> = {
  UMLS: 'UMLS',
  UMLS_CUI: 'UMLS',
  MESH: 'MESH',
  MSH: 'MESH',
  NCI: 'NCIT',
  NCI_THESAURUS: 'NCIT',
  SCTID: 'SNOMEDCT',
  SNOMEDCT_US: 'SNOMEDCT',
  SNOMED: 'SNOMEDCT',
  ORPHANET: 'ORPHA',
  ORDO: 'ORPHA',
  MIM: 'OMIM',
  OMIMPS: 'OMIMPS',
  NCBIGENE: 'NCBIGene',
  NCBITAXON: 'NCBITaxon',
}

const CURIE = /^([A-Za-z][\w.-]*):(\S+)$/
const DATED = /_\d{4}_\d{2}_\d{2}$/
const LAST_PART = /(?:^|[/#])([A-Za-z][A-Za-z.]*)_([A-Za-z0-9]+)$/
const BARE_CUI = /^C\d{7}$/

/**
 * An identifier in the spelling of the knowledge base: known prefixes unified, a release date in a prefix dropped, a
 * bare CUI given its prefix. Anything else stays as it is.
 *
 * @example `MSH:D003920` → `MESH:D003920`, `SNOMEDCT_US_2023_03_01:73211009` → `SNOMEDCT:73211009`, `C0011849` → `UMLS:C0011849`
 */
export function normalisedId(id: string): string {
  if (BARE_CUI.test(id)) return `UMLS:${id}`
  const match = CURIE.exec(id)
  if (!match) return id
  const prefix = (match[1] ?? '').replace(DATED, '')
  return `${PREFIXES[prefix.toUpperCase()] ?? prefix}:${match[2] ?? ''}`
}

/** The CURIE of an ontology's IRI; `undefined` when its last part is no `PREFIX_local`. */
export function curieOfIri(iri: string): string | undefined {
  const match = LAST_PART.exec(iri)
  return match ? normalisedId(`${match[1] ?? ''}:${match[2] ?? ''}`) : undefined
}

/** Prefixes that point to literature, people and pages, not to equal concepts. */
const NOT_CONCEPTS = new Set([
  'PMID',
  'PMCID',
  'DOI',
  'HTTP',
  'HTTPS',
  'URL',
  'WIKIPEDIA',
  'ORCID',
  'ISBN',
  'ISBN-10',
  'ISBN-13',
  'GARD',
  'WEB',
  'GOC',
])

/** The id that a cross-reference names; `undefined` when it is no concept elsewhere (a paper, a page, a curator). */
export function xrefId(xref: string): string | undefined {
  const match = CURIE.exec(xref.trim())
  if (!match || NOT_CONCEPTS.has((match[1] ?? '').toUpperCase()) || !/\d/.test(match[2] ?? ''))
    return undefined
  return normalisedId(xref.trim())
}
