import { SEMANTIC_GROUP_LABELS } from '../../../core/index.ts'

/** Semantic groups of the types that a model finds, and of what they are called by people. */
export interface ReadTypeGroups {
  /** Types without a group are absent: their mentions are shown by the type. */
  readonly groups: Readonly<Record<string, string>>
  /** Clauses without a full stop about what is not allowed. */
  readonly problems: readonly string[]
}

const GROUPS = Object.keys(SEMANTIC_GROUP_LABELS)

/** What published models call their types, letters alone: beside the types of corpora. */
const USUAL: Readonly<Record<string, string>> = {
  anatomy: 'ANAT',
  biologicalstructure: 'ANAT',
  celltype: 'ANAT',
  compound: 'CHEM',
  diagnosticprocedure: 'PROC',
  diseasedisorder: 'DISO',
  diseasesyndrome: 'DISO',
  disorder: 'DISO',
  dna: 'GENE',
  geneorprotein: 'GENE',
  ggp: 'GENE',
  medication: 'CHEM',
  organ: 'ANAT',
  phenotype: 'DISO',
  problem: 'DISO',
  procedure: 'PROC',
  protein: 'GENE',
  rna: 'GENE',
  signsymptom: 'DISO',
  simplechemical: 'CHEM',
  symptom: 'DISO',
  test: 'PROC',
  therapeuticprocedure: 'PROC',
  tissue: 'ANAT',
  treatment: 'PROC',
  virus: 'LIVB',
}

/**
 * The semantic group of each type of a model: what the person says, else what is usual.
 * @param texts `Disease = DISO`, several between commas; no group behind `=` says that a type has none
 * @param groupOfType what types of corpora are called
 */
export function readTypeGroups(
  types: readonly string[],
  texts: readonly string[],
  groupOfType: (type: string) => string | undefined,
): ReadTypeGroups {
  const said = new Map<string, string>()
  const problems: string[] = []
  for (const item of texts.flatMap((text) => text.split(',')).map((text) => text.trim())) {
    if (item === '') continue
    const at = item.lastIndexOf('=')
    const [type, group] = [
      item.slice(0, at).trim(),
      item
        .slice(at + 1)
        .trim()
        .toUpperCase(),
    ]
    const known = types.find((one) => one.toLowerCase() === type.toLowerCase())
    if (at < 0 || (group !== '' && !GROUPS.includes(group)))
      problems.push(
        `"${item}" is no type with a semantic group; allowed are a type, "=" and one of ${GROUPS.join(', ')}`,
      )
    else if (known === undefined)
      problems.push(`"${type}" is no type of the model; it has ${types.join(', ')}`)
    else said.set(known, group)
  }
  const usual = (type: string): string => groupOfType(type) ?? USUAL[lettersOf(type)] ?? ''
  const pairs = types.map((type) => [type, said.get(type) ?? usual(type)] as const)
  return { groups: Object.fromEntries(pairs.filter(([, group]) => group !== '')), problems }
}

const lettersOf = (type: string): string => type.toLowerCase().replace(/[^a-z]/g, '')
