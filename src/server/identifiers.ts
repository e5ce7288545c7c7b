/** Where people read about a concept, by the prefix of its CURIE. `$1` is the local id, percent-encoded. */
const PAGES: Readonly<Record<string, string>> = {
  UMLS: 'https://uts.nlm.nih.gov/uts/umls/concept/$1',
  MESH: 'https://meshb.nlm.nih.gov/record/ui?ui=$1',
  HGNC: 'https://www.genenames.org/data/gene-symbol-report/#!/hgnc_id/HGNC:$1',
  NCBIGENE: 'https://www.ncbi.nlm.nih.gov/gene/$1',
  NCBITAXON: 'https://www.ncbi.nlm.nih.gov/datasets/taxonomy/$1',
  CHEBI: 'https://www.ebi.ac.uk/chebi/CHEBI:$1',
  NCIT: 'https://ncithesaurus.nci.nih.gov/ncitbrowser/ConceptReport.jsp?dictionary=NCI_Thesaurus&code=$1',
  OMIM: 'https://omim.org/entry/$1',
  SNOMEDCT: 'https://browser.ihtsdotools.org/?perspective=full&conceptId1=$1',
  GO: 'https://amigo.geneontology.org/amigo/term/GO:$1',
  HP: 'https://hpo.jax.org/browse/term/HP:$1',
  MONDO: 'https://monarchinitiative.org/MONDO:$1',
  DOID: 'https://disease-ontology.org/?id=DOID:$1',
  UBERON: 'https://www.ebi.ac.uk/ols4/ontologies/uberon/terms?obo_id=UBERON:$1',
  CL: 'https://www.ebi.ac.uk/ols4/ontologies/cl/terms?obo_id=CL:$1',
  SYMP: 'https://www.ebi.ac.uk/ols4/ontologies/symp/terms?obo_id=SYMP:$1',
}

/** Any other prefix: the registry of prefixes resolves it. */
const REGISTRY = 'https://bioregistry.io/'

/** The web page of a concept, safe to stand in a Markdown link; `undefined` when the id is not a CURIE. */
export function conceptPage(id: string): string | undefined {
  const colon = id.indexOf(':')
  if (colon <= 0 || colon === id.length - 1) return undefined
  const prefix = id.slice(0, colon)
  const local = encode(id.slice(colon + 1))
  const page = PAGES[prefix.toUpperCase()]
  if (page !== undefined) return page.replace('$1', () => local)
  return `${REGISTRY}${encode(prefix.toLowerCase())}:${local}`
}

/** An id as people read it: the bare CUI, else the whole CURIE. */
export function shortId(id: string): string {
  return /^UMLS:C\d{7,}$/.test(id) ? id.slice('UMLS:'.length) : id
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[()'*!]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}
