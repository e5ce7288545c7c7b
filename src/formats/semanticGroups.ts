import { SEMANTIC_GROUP_LABELS } from '../core/index.ts'

const GROUP_LABELS: Readonly<Record<string, string>> = SEMANTIC_GROUP_LABELS

/** The readable name of a semantic group; the code itself when it is not one of the fifteen. */
export function groupLabel(group: string): string {
  return GROUP_LABELS[group] ?? group
}

/** The types that PubTator and its corpora have, by semantic group. */
const PUBTATOR_TYPES: Readonly<Record<string, string>> = {
  CHEM: 'Chemical',
  DISO: 'Disease',
  GENE: 'Gene',
  LIVB: 'Species',
}

/** PubTator's type of a semantic group; the group's readable name where PubTator has none. */
export function pubtatorType(group: string): string {
  return PUBTATOR_TYPES[group] ?? groupLabel(group)
}

const GROUP_OF_TYPE: Readonly<Record<string, string>> = {
  cell: 'ANAT',
  cellline: 'ANAT',
  chemical: 'CHEM',
  chemicalentity: 'CHEM',
  drug: 'CHEM',
  disease: 'DISO',
  diseaseclass: 'DISO',
  diseaseorphenotypicfeature: 'DISO',
  compositemention: 'DISO',
  modifier: 'DISO',
  specificdisease: 'DISO',
  domainmotif: 'GENE',
  familyname: 'GENE',
  gene: 'GENE',
  geneorgeneproduct: 'GENE',
  organism: 'LIVB',
  organismtaxon: 'LIVB',
  species: 'LIVB',
}

/**
 * The semantic group of a corpus's type: a group's code or readable name, or what PubTator, BioRED, BC5CDR and NCBI
 * Disease call it. `undefined` when it is none of these; semantic types (TUIs) are the knowledge base's matter.
 */
export function groupOfType(type: string): string | undefined {
  const byLabel = Object.entries(GROUP_LABELS).find(([code, label]) => code === type || label === type)
  return byLabel?.[0] ?? GROUP_OF_TYPE[type.toLowerCase().replace(/[^a-z]/g, '')]
}
