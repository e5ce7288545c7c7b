/** Ontologies whose terms have addresses of the OBO Foundry (http://obofoundry.org/id-policy). */
const OBO = new Set(['CHEBI', 'CL', 'DOID', 'GO', 'HP', 'MONDO', 'NCBITaxon', 'NCIT', 'SYMP', 'UBERON'])

/** What stands before the local part of an id's IRI, by the prefix of its CURIE. */
export function iriStartOf(prefix: string): string {
  return OBO.has(prefix)
    ? `http://purl.obolibrary.org/obo/${prefix}_`
    : (IRI_STARTS[prefix] ?? `https://bioregistry.io/${prefix.toLowerCase()}:`)
}

const IRI_STARTS: Readonly<Record<string, string>> = {
  UMLS: 'https://uts.nlm.nih.gov/uts/umls/concept/',
  MESH: 'http://id.nlm.nih.gov/mesh/',
  ORPHA: 'http://www.orpha.net/ORDO/Orphanet_',
  HGNC: 'http://identifiers.org/hgnc/',
}

/** The code system that FHIR knows a vocabulary by (https://terminology.hl7.org), else the start of its IRIs. */
export function codeSystemOf(prefix: string): string {
  return CODE_SYSTEMS[prefix] ?? iriStartOf(prefix)
}

const CODE_SYSTEMS: Readonly<Record<string, string>> = {
  UMLS: 'http://www.nlm.nih.gov/research/umls',
  HGNC: 'http://www.genenames.org',
  HP: 'http://human-phenotype-ontology.org',
}
