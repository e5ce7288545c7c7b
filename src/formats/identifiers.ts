import { prefixOf } from './linked.ts'

/** What an annotation says of the concept it means. */
export interface GoldIdentifiers {
  /** CURIEs; empty when the annotator found no concept (`-1`, `-`, nothing). */
  readonly ids: readonly string[]
  /** Several ids were given for one mention ("breast and ovarian cancer"). */
  readonly isComposite: boolean
}

/** Infon keys that hold identifiers, and the prefix of those whose values have none. The first one that is there counts. */
const KEYS: readonly (readonly [key: string, prefix: string])[] = [
  ['identifier', ''],
  ['concept_id', ''],
  ['Identifier', ''],
  ['MESH', 'MESH'],
  ['MeSH', 'MESH'],
  ['OMIM', 'OMIM'],
  ['NCBI_Gene', 'NCBIGene'],
  ['NCBI Gene', 'NCBIGene'],
  ['NCBI Gene identifier', 'NCBIGene'],
  ['NCBI Taxonomy', 'NCBITaxon'],
  ['cui', 'UMLS'],
  ['CUI', 'UMLS'],
  ['UMLS', 'UMLS'],
  ['normalized_id', ''],
]

/** The identifiers that an annotation's infons hold, as CURIEs. */
export function identifiersOf(infons: Readonly<Record<string, string>>): GoldIdentifiers {
  const [key = '', prefix = ''] = KEYS.find(([name]) => infons[name] !== undefined) ?? []
  return parseIdentifiers(infons[key] ?? '', { type: infons['type'] ?? '', prefix })
}

/**
 * Reads the identifier column of the published corpora.
 *
 * @example `parseIdentifiers('D006470|OMIM:115470', { type: 'Disease' })` gives `MESH:D006470` and `OMIM:115470`.
 */
export function parseIdentifiers(
  value: string,
  { type = '', prefix = '' }: { type?: string; prefix?: string } = {},
): GoldIdentifiers {
  // Names of variants (c|SUB|C|677|T) are made of the characters that separate other ids.
  const parts = isVariant(type) ? [value] : value.split(/[|;,+]/)
  const ids = [...new Set(parts.flatMap((part) => curieOf(part.trim(), { type, prefix })))]
  return { ids, isComposite: ids.length > 1 }
}

function isVariant(type: string): boolean {
  return /variant|mutation|snp|acidchange/i.test(type)
}

const NO_CONCEPT = /^(-1?|none|null|nil|cui-?less)?$/i

const PREFIXES: Readonly<Record<string, string>> = {
  entrez: 'NCBIGene',
  gene: 'NCBIGene',
  mesh: 'MESH',
  mim: 'OMIM',
  ncbigene: 'NCBIGene',
  ncbitaxon: 'NCBITaxon',
  'ncbi gene': 'NCBIGene',
  omim: 'OMIM',
  tax: 'NCBITaxon',
  taxonomy: 'NCBITaxon',
  umls: 'UMLS',
}

/** One id as a CURIE; nothing for the signs of "no concept". */
function curieOf(part: string, { type, prefix }: { type: string; prefix: string }): string[] {
  const id = part.replace(/\(Tax:\d+\)$/i, '').replace(/^OMIM_/, 'OMIM:')
  if (NO_CONCEPT.test(id)) return []
  const given = prefixOf(id)
  if (given !== '' && !isVariant(type)) {
    const local = id.slice(given.length + 1).trim()
    return NO_CONCEPT.test(local) ? [] : [`${PREFIXES[given.toLowerCase()] ?? given}:${local}`]
  }
  const guessed = prefix || guessPrefix(id, type)
  return [guessed === '' ? id : `${guessed}:${id}`]
}

/** The vocabulary of a bare id, by its shape and by what the annotation's type leaves possible. */
function guessPrefix(id: string, type: string): string {
  if (/^C\d{7}$/.test(id)) return 'UMLS'
  if (/^([DC]\d{6}|[DC]\d{9})$/.test(id)) return 'MESH'
  if (/^CVCL_\w{4}$/.test(id)) return 'Cellosaurus'
  if (/^rs\d+$/.test(id)) return 'dbSNP'
  if (!/^\d+$/.test(id)) return ''
  if (/gene|familyname|domainmotif|protein/i.test(type)) return 'NCBIGene'
  return /species|organism|taxon/i.test(type) ? 'NCBITaxon' : ''
}
