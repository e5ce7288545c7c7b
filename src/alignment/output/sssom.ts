import { parse, stringify } from 'yaml'
import * as v from 'valibot'
import { ConceptLensError } from '../../core/index.ts'
import type { DecidedTerm, Decision } from '../decide.ts'
import { readDelimited, writeDelimited } from '../tables/delimited.ts'
import { columnIndex, textOf } from '../tables/table.ts'
import { addressOf, type AboutAlignment } from './about.ts'
import { iriStartOf } from './namespaces.ts'

/**
 * A mapping of a term in the Simple Standard for Sharing Ontological Mappings 1.1, as a *literal mapping*: the subject is
 * a text without an id (https://mapping-commons.github.io/sssom/spec-model/#literal-mappings).
 */
export interface TermMapping {
  readonly term: string
  /** `undefined`: no concept is meant (`sssom:NoTermFound`). */
  readonly concept?: { readonly id: string; readonly name: string } | undefined
  /** `accepted` and `none` are `skos:exactMatch`, `review` is `skos:closeMatch`. */
  readonly decision: Decision
  readonly decidedBy: 'model' | 'person'
  /** 0 … 1; `undefined` for a person's decision. */
  readonly confidence?: number | undefined
  readonly comment: string
}

/** The metadata that a set of mappings begins with. */
export interface MappingSetMetadata {
  readonly id: string
  readonly licence: string
  readonly date: string
  readonly title: string
  readonly tool: string
  readonly toolVersion: string
  readonly objectSource: string
  readonly prefixes: Readonly<Record<string, string>>
}

export interface MappingSet {
  readonly metadata: MappingSetMetadata
  readonly mappings: readonly TermMapping[]
}

/** What the specification has for mappings whose licence nobody stated. */
const UNSPECIFIED_LICENCE = 'https://w3id.org/sssom/license/unspecified'
const NO_TERM = 'sssom:NoTermFound'
const EXACT = 'skos:exactMatch'
const CLOSE = 'skos:closeMatch'
const BY_PERSON = 'semapv:ManualMappingCuration'
const BY_MODEL = 'semapv:CompositeMatching'
const LITERAL = 'rdfs literal'

const COLUMNS = [
  'subject_id',
  'subject_label',
  'subject_type',
  'predicate_id',
  'object_id',
  'object_label',
  'mapping_justification',
  'confidence',
  'comment',
] as const

/** The mappings of decided terms. A term with a context says so in its comment. */
export function mappingSetOf(decided: readonly DecidedTerm[], about: AboutAlignment): MappingSet {
  const mappings = decided.map(mappingOf)
  const { name, version } = about.knowledgeBase
  const prefixes = new Set(mappings.flatMap(({ concept }) => concept?.id.replace(/:.*/s, '') ?? []))
  return {
    metadata: {
      id: addressOf(about),
      licence: about.licence ?? UNSPECIFIED_LICENCE,
      date: about.date,
      title: `Terms of ${about.table} aligned with ${name} ${version}`,
      tool: 'ConceptLens',
      toolVersion: about.toolVersion,
      objectSource: `${name} ${version}`,
      prefixes: Object.fromEntries([...prefixes].sort().map((prefix) => [prefix, iriStartOf(prefix)])),
    },
    mappings,
  }
}

function mappingOf({ term, chosen, decision, decidedBy, probability }: DecidedTerm): TermMapping {
  return {
    term: oneLine(term.text),
    ...(chosen ? { concept: { id: chosen.id, name: oneLine(chosen.name) } } : {}),
    decision,
    decidedBy,
    ...(decidedBy === 'person' ? {} : { confidence: decision === 'none' ? 1 - probability : probability }),
    comment: term.context === undefined ? '' : `context: ${oneLine(term.context)}`,
  }
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** Writes SSSOM/TSV with its metadata in front, as YAML behind "#". */
export function writeSssom({ metadata, mappings }: MappingSet): string {
  const yaml = stringify(
    {
      sssom_version: '1.1',
      mapping_set_id: metadata.id,
      mapping_set_title: metadata.title,
      license: metadata.licence,
      mapping_date: metadata.date,
      mapping_tool: metadata.tool,
      mapping_tool_version: metadata.toolVersion,
      // The name of the knowledge base stands in the title; object_source wants an address.
      comment: metadata.objectSource,
      curie_map: metadata.prefixes,
    },
    { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 },
  )
  const head = yaml
    .trimEnd()
    .split('\n')
    .map((line) => `#${line}\n`)
    .join('')
  return head + writeDelimited({ titles: COLUMNS, rows: mappings.map(cellsOf) }, '\t')
}

function cellsOf({ term, concept, decision, decidedBy, confidence, comment }: TermMapping): string[] {
  return [
    '',
    term,
    LITERAL,
    decision === 'review' ? CLOSE : EXACT,
    concept?.id ?? NO_TERM,
    concept?.name ?? '',
    decidedBy === 'person' ? BY_PERSON : BY_MODEL,
    confidence === undefined ? '' : String(Math.round(confidence * 10_000) / 10_000),
    comment,
  ]
}

const MetadataSchema = v.object({
  mapping_set_id: v.string(),
  mapping_set_title: v.optional(v.string(), ''),
  license: v.string(),
  mapping_date: v.optional(v.string(), ''),
  mapping_tool: v.optional(v.string(), ''),
  mapping_tool_version: v.optional(v.string(), ''),
  comment: v.optional(v.string(), ''),
  curie_map: v.optional(v.record(v.string(), v.string()), {}),
})

/**
 * Reads literal mappings: what {@link writeSssom} writes, and those of others with the same columns. Other mappings (with
 * subjects that have ids, or other predicates) are left out.
 * @throws ConceptLensError `alignment-bad-sssom`
 */
export function readSssom(text: string): MappingSet {
  const lines = text.split(/\r?\n/)
  const nMetadata = lines.findIndex((line) => !line.startsWith('#'))
  const yaml = lines.slice(0, nMetadata).map((line) => line.slice(1))
  const found = v.safeParse(MetadataSchema, parsedYaml(yaml.join('\n')))
  if (!found.success) throw badSssom(found.issues[0].message)
  const table = readDelimited(lines.slice(nMetadata).join('\n'), '\t')
  const places = Object.fromEntries(COLUMNS.map((title) => [title, columnIndex(table, title)])) as Record<
    (typeof COLUMNS)[number],
    number
  >
  const mappings = table.rows.flatMap((row) => {
    const cell = (title: (typeof COLUMNS)[number]): string => textOf(row[places[title]])
    return termMapping(cell)
  })
  const { output } = found
  return {
    metadata: {
      id: output.mapping_set_id,
      licence: output.license,
      date: output.mapping_date,
      title: output.mapping_set_title,
      tool: output.mapping_tool,
      toolVersion: output.mapping_tool_version,
      objectSource: output.comment,
      prefixes: output.curie_map,
    },
    mappings,
  }
}

function termMapping(cell: (title: (typeof COLUMNS)[number]) => string): TermMapping | [] {
  const predicate = cell('predicate_id')
  const id = cell('object_id')
  if (cell('subject_type') !== LITERAL || (predicate !== EXACT && predicate !== CLOSE) || id === '') return []
  const concept = id === NO_TERM ? undefined : { id, name: cell('object_label') }
  const confidence = cell('confidence')
  return {
    term: cell('subject_label'),
    ...(concept ? { concept } : {}),
    decision: concept === undefined ? 'none' : predicate === EXACT ? 'accepted' : 'review',
    decidedBy: cell('mapping_justification') === BY_PERSON ? 'person' : 'model',
    ...(confidence === '' ? {} : { confidence: Number(confidence) }),
    comment: cell('comment'),
  }
}

function parsedYaml(text: string): unknown {
  try {
    return parse(text)
  } catch (cause) {
    throw badSssom(cause instanceof Error ? cause.message : String(cause), cause)
  }
}

function badSssom(why: string, cause?: unknown): ConceptLensError {
  return new ConceptLensError(
    'alignment-bad-sssom',
    `These are no SSSOM mappings: ${why}. They begin with metadata in YAML behind "#" that has mapping_set_id and license, then a header line.`,
    { cause },
  )
}
