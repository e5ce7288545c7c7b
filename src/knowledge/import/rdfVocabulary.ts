const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#'
const RDFS = 'http://www.w3.org/2000/01/rdf-schema#'
const OWL = 'http://www.w3.org/2002/07/owl#'
const SKOS = 'http://www.w3.org/2004/02/skos/core#'
const DC = 'http://purl.org/dc/elements/1.1/'
const DCTERMS = 'http://purl.org/dc/terms/'
const OBO = 'http://purl.obolibrary.org/obo/'
const OBO_IN_OWL = 'http://www.geneontology.org/formats/oboInOwl#'
const NCIT = 'http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl#'
const EFO = 'http://www.ebi.ac.uk/efo/'
const UMLS = 'http://bioportal.bioontology.org/ontologies/umls/'
const NIF = 'http://uri.neuinfo.org/nif/nifstd/readable/'

/** What a property says of a concept, a class, an ontology or an axiom. */
export type Role =
  | 'type'
  | 'label'
  | 'prefLabel'
  | 'exact'
  | 'abbreviation'
  | 'narrow'
  | 'related'
  | 'definition'
  | 'parent'
  | 'child'
  | 'equal'
  | 'xref'
  | 'cui'
  | 'semanticType'
  | 'notation'
  | 'alternativeId'
  | 'deprecated'
  | 'replacedBy'
  | 'title'
  | 'licence'
  | 'version'
  | 'annotatedSource'
  | 'annotatedTarget'
  | 'synonymType'

/** The properties that are read; broad synonyms are not, because they name a broader thing. */
export const ROLES: ReadonlyMap<string, Role> = new Map<string, Role>([
  [`${RDF}type`, 'type'],
  [`${RDFS}label`, 'label'],
  [`${SKOS}prefLabel`, 'prefLabel'],
  [`${SKOS}altLabel`, 'exact'],
  [`${SKOS}hiddenLabel`, 'exact'],
  [`${OBO_IN_OWL}hasExactSynonym`, 'exact'],
  [`${OBO_IN_OWL}hasNarrowSynonym`, 'narrow'],
  [`${OBO_IN_OWL}hasRelatedSynonym`, 'related'],
  [`${OBO}IAO_0000118`, 'exact'],
  [`${EFO}alternative_term`, 'exact'],
  [`${NCIT}P90`, 'exact'],
  [`${NIF}synonym`, 'exact'],
  [`${NIF}abbrev`, 'abbreviation'],
  [`${SKOS}definition`, 'definition'],
  [`${OBO}IAO_0000115`, 'definition'],
  [`${EFO}definition`, 'definition'],
  [`${NCIT}P97`, 'definition'],
  [`${RDFS}subClassOf`, 'parent'],
  [`${SKOS}broader`, 'parent'],
  [`${SKOS}narrower`, 'child'],
  [`${SKOS}exactMatch`, 'equal'],
  [`${OWL}sameAs`, 'equal'],
  [`${OWL}equivalentClass`, 'equal'],
  [`${OBO_IN_OWL}hasDbXref`, 'xref'],
  [`${UMLS}cui`, 'cui'],
  [`${NCIT}P207`, 'cui'],
  [`${NIF}UmlsCui`, 'cui'],
  [`${UMLS}tui`, 'semanticType'],
  [`${NCIT}P106`, 'semanticType'],
  [`${SKOS}notation`, 'notation'],
  [`${OBO_IN_OWL}hasAlternativeId`, 'alternativeId'],
  [`${OWL}deprecated`, 'deprecated'],
  [`${OBO}IAO_0100001`, 'replacedBy'],
  [`${DCTERMS}isReplacedBy`, 'replacedBy'],
  [`${DC}title`, 'title'],
  [`${DCTERMS}title`, 'title'],
  [`${DC}rights`, 'licence'],
  [`${DCTERMS}rights`, 'licence'],
  [`${DCTERMS}license`, 'licence'],
  [`${OWL}versionInfo`, 'version'],
  [`${OWL}versionIRI`, 'version'],
  [`${OWL}annotatedSource`, 'annotatedSource'],
  [`${OWL}annotatedTarget`, 'annotatedTarget'],
  [`${OBO_IN_OWL}hasSynonymType`, 'synonymType'],
])

/** What a thing is, by its type's IRI. */
export const KINDS: ReadonlyMap<string, 'concept' | 'class' | 'vocabulary'> = new Map([
  [`${SKOS}Concept`, 'concept'],
  [`${OWL}Class`, 'class'],
  [`${RDFS}Class`, 'class'],
  [`${SKOS}ConceptScheme`, 'vocabulary'],
  [`${OWL}Ontology`, 'vocabulary'],
])

/** Things of the languages themselves, such as `owl:Thing`, are nobody's parents. */
export const isOfLanguage = (iri: string): boolean => iri.startsWith('http://www.w3.org/')
