import type { Name, NameKind } from '../../../core/index.ts'

/** A name of a concept as a row gives it, before the names of the concept are put in order. */
export interface Atom {
  readonly text: string
  readonly vocabulary: string
  readonly termType: string
  /** Higher leads: the vocabulary's and term type's rank, then whether it is the preferred form. */
  readonly precedence: number
}

const ABBREVIATIONS = new Set([
  'AB',
  'ACR',
  'AA',
  'SS',
  'SSN',
  'AC',
  'ABX',
  'RAB',
  'VAB',
  'MTH_ACR',
  'MTH_AB',
])
const FOR_LAYPEOPLE = new Set(['CHV', 'MEDLINEPLUS'])

/** The names of a concept: the one of highest precedence first, preferred if the concept has none yet. */
export function namesOf(atoms: readonly Atom[], hasPreferred: boolean): Name[] {
  const best = atoms.reduce((a, b) => (b.precedence > a.precedence ? b : a))
  const ordered = [best, ...atoms.filter((atom) => atom !== best)]
  return ordered.map((atom, i) => ({
    text: atom.text,
    kind: i === 0 && !hasPreferred ? 'preferred' : kindOf(atom),
    source: atom.vocabulary,
    count: 0,
  }))
}

function kindOf({ termType, vocabulary }: Atom): NameKind {
  if (ABBREVIATIONS.has(termType)) return 'abbreviation'
  return FOR_LAYPEOPLE.has(vocabulary) ? 'layperson' : 'synonym'
}

/** Vocabularies whose codes other sources cross-reference: the prefix of their CURIEs. */
const PREFIXES: Readonly<Record<string, string>> = {
  MSH: 'MESH',
  SNOMEDCT_US: 'SNOMEDCT',
  NCI: 'NCIT',
  OMIM: 'OMIM',
  GO: 'GO',
  HPO: 'HP',
  HGNC: 'HGNC',
  MONDO: 'MONDO',
  ICD10CM: 'ICD10CM',
  ICD9CM: 'ICD9CM',
  ICD10: 'ICD10',
  FMA: 'FMA',
  NCBI: 'NCBITaxon',
  ORPHANET: 'ORPHA',
  DRUGBANK: 'DRUGBANK',
  RXNORM: 'RXNORM',
  LNC: 'LOINC',
  ATC: 'ATC',
}

/** The term types of MeSH whose concept is the descriptor's own: the other terms of a descriptor may be narrower. */
const MESH_HEADINGS = new Set(['MH', 'NM'])

/** The CURIE of a vocabulary's code, where others use it; `undefined` elsewhere. */
export function codeId(vocabulary: string, termType: string, code: string): string | undefined {
  const prefix = PREFIXES[vocabulary]
  if (!prefix || !CODE.test(code) || code.startsWith('MTHU')) return undefined
  if (vocabulary === 'MSH' && !MESH_HEADINGS.has(termType)) return undefined
  const bare = code.startsWith(prefix) ? code.slice(prefix.length).replace(/^[_:]/, '') : code
  return `${prefix}:${bare}`
}

/** Something with a digit and no blank: neither NOCODE nor a name. */
const CODE = /^[\w.:-]*\d[\w.:-]*$/
