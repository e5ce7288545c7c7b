/** An open ontology that can be downloaded from its publisher. */
export interface OpenOntology {
  /** What the command line calls it: `mondo`. */
  readonly id: string
  readonly title: string
  /** What it is about, for people who choose. */
  readonly about: string
  readonly licence: Licence
  /** The files it consists of. */
  readonly files: readonly OntologyFile[]
}

export interface Licence {
  /** As its publisher calls it: `CC BY 4.0`. */
  readonly name: string
  /** Where its text stands. */
  readonly url: string
}

export interface OntologyFile {
  /** Name in the folder of downloads. */
  readonly name: string
  /** Permanent addresses, the newest first: the next one counts where the server knows nothing of the file. */
  readonly urls: readonly string[]
  /** About as large as it was in 2026, for people; a download may be five times as large. */
  readonly aboutBytes: number
}

const CC_BY_4: Licence = { name: 'CC BY 4.0', url: 'https://creativecommons.org/licenses/by/4.0/' }
const CC_BY_3: Licence = { name: 'CC BY 3.0', url: 'https://creativecommons.org/licenses/by/3.0/' }
const CC0: Licence = { name: 'CC0 1.0', url: 'https://creativecommons.org/publicdomain/zero/1.0/' }

const PURL = 'https://purl.obolibrary.org/obo'
const MESH = 'https://nlmpubs.nlm.nih.gov/projects/mesh/MESH_FILES/xmlmesh'

/** The OBO Foundry's permanent address of an ontology, in OBO format: the smallest that has everything. */
function oboFile(name: string, aboutMegabytes: number): readonly OntologyFile[] {
  return [{ name, urls: [`${PURL}/${name}`], aboutBytes: aboutMegabytes * 1e6 }]
}

/** MeSH has its year in the name; a new year's file comes out in November of the year before, or later. */
function meshFile(stem: string, year: number, aboutMegabytes: number): OntologyFile {
  const urls = [year, year - 1].map((edition) => `${MESH}/${stem}${edition}.gz`)
  return { name: `${stem}.xml.gz`, urls, aboutBytes: aboutMegabytes * 1e6 }
}

/**
 * The ontologies that `kb get` and "Get Open Ontologies…" know. Addresses: the configuration of the OBO Foundry's
 * permanent URLs (github.com/OBOFoundry/purl.obolibrary.org) and NLM's page on MeSH data. `year` is this one.
 */
export function openOntologies(year: number): readonly OpenOntology[] {
  return [
    {
      id: 'mondo',
      title: 'Mondo Disease Ontology',
      about: 'diseases, joined from many sources',
      licence: CC_BY_4,
      files: oboFile('mondo.obo', 50),
    },
    {
      id: 'hpo',
      title: 'Human Phenotype Ontology',
      about: 'signs, symptoms and findings',
      licence: { name: 'HPO licence', url: 'https://human-phenotype-ontology.github.io/license.html' },
      files: oboFile('hp.obo', 11),
    },
    {
      id: 'doid',
      title: 'Human Disease Ontology (DO)',
      about: 'diseases',
      licence: CC0,
      files: oboFile('doid.obo', 8),
    },
    {
      id: 'go',
      title: 'Gene Ontology',
      about: 'molecular functions, biological processes, cell components',
      licence: CC_BY_4,
      files: oboFile('go.obo', 35),
    },
    {
      id: 'uberon',
      title: 'Uberon',
      about: 'anatomy across species',
      licence: CC_BY_3,
      files: oboFile('uberon.obo', 40),
    },
    { id: 'cl', title: 'Cell Ontology', about: 'cell types', licence: CC_BY_4, files: oboFile('cl.obo', 40) },
    {
      id: 'chebi',
      title: 'ChEBI',
      about: 'chemicals of biological interest',
      licence: CC_BY_4,
      files: oboFile('chebi.obo.gz', 60),
    },
    {
      id: 'mesh',
      title: 'Medical Subject Headings (MeSH)',
      about: 'all of medicine: headings and supplementary concepts',
      licence: {
        name: 'NLM terms for MeSH',
        url: 'https://www.nlm.nih.gov/databases/download/terms_and_conditions_mesh.html',
      },
      files: [meshFile('desc', year, 18), meshFile('supp', year, 50)],
    },
  ]
}
