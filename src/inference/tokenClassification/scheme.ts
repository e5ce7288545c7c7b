/** How labels mark where an entity begins and ends. IOB1, in which `B-` stands only between neighbours, is read as BIO. */
export type SchemeName = 'IO' | 'BIO' | 'BIOES' | 'BILOU'

/** Where in an entity a label stands. `inside` may begin one, too. */
export type LabelPart = 'begin' | 'inside' | 'end' | 'single'

/** A label that is of an entity. */
export interface EntityLabel {
  /** Index in {@link LabelScheme.types}. */
  readonly type: number
  readonly part: LabelPart
}

/** The labels of a model as they are understood. */
export interface LabelScheme {
  readonly name: SchemeName
  /** Types of entities, each once, in the order of the labels. */
  readonly types: readonly string[]
  /** What each label says; `undefined` for those outside of entities. */
  readonly labels: readonly (EntityLabel | undefined)[]
}

/** A scheme, or a clause that says why the labels are not understood. */
export type ReadScheme =
  | { readonly scheme: LabelScheme; readonly refused?: never }
  | { readonly refused: string; readonly scheme?: never }

/** Labels outside of entities; all but `O` are of pieces that training left out. */
const OUTSIDE = new Set(['O', 'X', '[CLS]', '[SEP]', '[PAD]', 'PAD', '<pad>'])
const PARTS: Readonly<Record<string, LabelPart>> = {
  B: 'begin',
  I: 'inside',
  E: 'end',
  L: 'end',
  S: 'single',
  U: 'single',
}
const PREFIXED = /^([BIELSU])-(.+)$/s
const UNNAMED = /^LABEL_\d+$/

/**
 * Tells the scheme from the labels.
 * @example `O, B-Disease, I-Disease` are BIO and have the type `Disease`; `O, Disease` are IO.
 */
export function readScheme(labels: readonly string[]): ReadScheme {
  const entities = labels.filter((label) => !OUTSIDE.has(label))
  const prefixed = entities.filter((label) => PREFIXED.test(label))
  const prefixes = new Set(prefixed.map((label) => label.charAt(0)))
  const name = nameOf(prefixes)
  if (entities.length > 0 && entities.every((label) => UNNAMED.test(label)))
    return refusal('they have no names', labels)
  if (!labels.includes('O')) return refusal('none is "O"', labels)
  if (entities.length === 0) return refusal('none is of an entity', labels)
  if (prefixed.length > 0 && prefixed.length < entities.length)
    return refusal('only some of them have a prefix', labels)
  if (name === undefined) return refusal(`the prefixes ${[...prefixes].join(', ')} are of no scheme`, labels)
  const types = [...new Set(entities.map(typeOf))]
  const scheme: LabelScheme = {
    name,
    types,
    labels: labels.map((label) =>
      OUTSIDE.has(label) ? undefined : { type: types.indexOf(typeOf(label)), part: partOf(label) },
    ),
  }
  return { scheme }
}

function nameOf(prefixes: ReadonlySet<string>): SchemeName | undefined {
  const within = (allowed: string): boolean => [...prefixes].every((prefix) => allowed.includes(prefix))
  if (within('I')) return 'IO'
  if (within('BI')) return 'BIO'
  if (within('BIES')) return 'BIOES'
  return within('BILU') ? 'BILOU' : undefined
}

const typeOf = (label: string): string => PREFIXED.exec(label)?.[2] ?? label

const partOf = (label: string): LabelPart => PARTS[PREFIXED.exec(label)?.[1] ?? 'I'] ?? 'inside'

function refusal(why: string, labels: readonly string[]): ReadScheme {
  const some = labels.slice(0, 6).join(', ') + (labels.length > 6 ? ` and ${labels.length - 6} more` : '')
  return {
    refused: `its labels are ${some}: ${why}. Allowed are "O" and types with the prefixes B-, I- (BIO), B-, I-, E-, S- (BIOES), B-, I-, L-, U- (BILOU) or none (IO)`,
  }
}
