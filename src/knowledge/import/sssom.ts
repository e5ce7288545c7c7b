import { parse } from 'yaml'
import * as v from 'valibot'
import { ConceptLensError } from '../../core/index.ts'
import { normalisedId } from './curie.ts'
import { cleaned, labelOfFile, type ImportSink, type SourceDescription } from './draft.ts'
import { idOfIri, type Prefixes } from './iri.ts'
import { messageOf } from './lines.ts'
import { releaseIn } from './ontologyClass.ts'
import type { SourceKind } from './sourceKind.ts'
import { delimiterOf, tableRows, titlesOf } from './tableRows.ts'

/** A set of mappings in the Simple Standard for Sharing Ontological Mappings (https://mapping-commons.github.io/sssom). */
export const sssomKind: SourceKind = {
  what: 'SSSOM mappings (.sssom.tsv with the columns subject_id, predicate_id, object_id)',
  open(path, beginning) {
    const lines = beginning.split(/\r?\n/)
    const nMetadata = lines.findIndex((line) => !line.startsWith('#'))
    const metadata = lines.slice(0, Math.max(0, nMetadata))
    const header = lines[nMetadata] ?? ''
    if (!isSssom(path, metadata, header)) return undefined
    const mapping = { path, layout: layoutOf(path, header), metadata: metadataOf(path, metadata) }
    return { path, read: (sink) => readSssom(mapping, sink) }
  },
}

const REQUIRED = ['subject_id', 'predicate_id', 'object_id'] as const

/** Mappings say with it that two concepts are not what the predicate says. */
const MODIFIER = 'predicate_modifier'

interface Layout {
  readonly delimiter: ',' | '\t'
  readonly columns: Readonly<Record<(typeof REQUIRED)[number] | typeof MODIFIER, number>>
}

const metadataSchema = v.object({
  curie_map: v.optional(v.record(v.string(), v.string()), {}),
  license: v.optional(v.string(), ''),
  mapping_set_title: v.optional(v.string(), ''),
  mapping_set_version: v.optional(v.union([v.string(), v.number()]), ''),
  mapping_date: v.optional(v.string(), ''),
})

type Metadata = v.InferOutput<typeof metadataSchema>

interface Mapping {
  readonly path: string
  readonly layout: Layout
  readonly metadata: Metadata
}

function isSssom(path: string, metadata: readonly string[], header: string): boolean {
  const titles = titlesOf(header, delimiterOf(header))
  return (
    REQUIRED.filter((title) => titles.includes(title)).length > 1 ||
    metadata.some((line) => /^#\s*(?:curie_map|mapping_set_id)\s*:/.test(line)) ||
    /\.sssom\.[ct]sv(?:\.gz)?$/i.test(path)
  )
}

function layoutOf(path: string, header: string): Layout {
  const delimiter = delimiterOf(header)
  const titles = titlesOf(header, delimiter)
  const missing = REQUIRED.filter((title) => !titles.includes(title))
  if (missing.length > 0)
    throw new ConceptLensError(
      'kb-missing-column',
      `${path} lacks the column ${missing.join(' and ')}. Below the metadata (lines with "#"), SSSOM mappings begin with a header line that has ${REQUIRED.join(', ')}; found: ${header.slice(0, 200)}`,
    )
  const columns = Object.fromEntries([...REQUIRED, MODIFIER].map((title) => [title, titles.indexOf(title)]))
  return { delimiter, columns: columns as Layout['columns'] }
}

function metadataOf(path: string, lines: readonly string[]): Metadata {
  try {
    return v.parse(metadataSchema, parse(lines.map((line) => line.slice(1)).join('\n')) ?? {})
  } catch (cause) {
    throw new ConceptLensError(
      'kb-bad-sssom',
      `The metadata of ${path} (its first lines, behind "#") must be YAML with curie_map, license and mapping_set_version where it has them: ${messageOf(cause)}`,
      { cause },
    )
  }
}

const KNOWN_PREFIXES: Readonly<Record<string, string>> = {
  skos: 'http://www.w3.org/2004/02/skos/core#',
  owl: 'http://www.w3.org/2002/07/owl#',
}

/** Predicates that join; broader, narrower and close matches do not. */
const EQUAL: ReadonlySet<string> = new Set([
  `${KNOWN_PREFIXES['skos']!}exactMatch`,
  `${KNOWN_PREFIXES['owl']!}sameAs`,
  `${KNOWN_PREFIXES['owl']!}equivalentClass`,
])

const NO_TERM = 'sssom:NoTermFound'

/** Reads mappings: those that call two concepts equal join them, the others are counted by their predicate. */
async function readSssom({ path, layout, metadata }: Mapping, sink: ImportSink): Promise<void> {
  const label = labelOfFile(path)
  sink.source(descriptionOf(label, metadata))
  const { columns, delimiter } = layout
  const names = entityNames(metadata.curie_map)
  const ignored = new Map<string, number>()
  const ignore = (why: string): void => void ignored.set(why, (ignored.get(why) ?? 0) + 1)
  const rows = tableRows(path, { delimiter, comment: '#' }, (n) => sink.advance(n))
  for await (const { cells, line } of rows) {
    const [subject, predicate, object] = REQUIRED.map((title) => cells[columns[title]] ?? '')
    if (!subject || !predicate || !object || /\s/.test(subject + object)) {
      const message = `The mapping "${cells.join(' ').slice(0, 60)}" lacks ${!predicate ? 'a predicate' : 'an id, or has a blank in it,'} and was left out.`
      sink.problem({ code: 'kb-bad-row', severity: 'warning', message, file: path, line })
    } else if (!EQUAL.has(names.iriOf(predicate))) ignore(predicate)
    else if (cells[columns[MODIFIER]]) ignore(`${cells[columns[MODIFIER]]!} ${predicate}`)
    else if (subject === NO_TERM || object === NO_TERM) ignore(NO_TERM)
    else sink.equal(names.idOf(subject), names.idOf(object), label)
  }
  if (ignored.size > 0) sink.problem({ ...ignoredProblem(ignored), file: path })
}

function descriptionOf(name: string, metadata: Metadata): SourceDescription {
  const version = String(metadata.mapping_set_version) || metadata.mapping_date
  return {
    name,
    title: cleaned(metadata.mapping_set_title) || name,
    version: releaseIn(version) ?? cleaned(version),
    licence: cleaned(metadata.license),
  }
}

/** What the CURIEs and IRIs of a mapping name, by the prefixes that it declares. */
function entityNames(curieMap: Readonly<Record<string, string>>): {
  iriOf(written: string): string
  idOf(written: string): string
} {
  const starts = new Map(Object.entries({ ...KNOWN_PREFIXES, ...curieMap }))
  const prefixes: Prefixes = new Map([...starts].map(([prefix, start]) => [start, prefix]))
  const iriOf = (written: string): string => {
    const colon = written.indexOf(':')
    const start = starts.get(written.slice(0, Math.max(0, colon)))
    return start === undefined ? written : start + written.slice(colon + 1)
  }
  return {
    iriOf,
    idOf(written) {
      const iri = iriOf(written)
      return /^https?:/.test(iri) ? idOfIri(iri, prefixes) : normalisedId(written)
    },
  }
}

function ignoredProblem(ignored: ReadonlyMap<string, number>): Parameters<ImportSink['problem']>[0] {
  const counts = [...ignored].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  const total = counts.reduce((sum, [, n]) => sum + n, 0)
  return {
    code: 'kb-mappings-ignored',
    severity: 'info',
    message: `${total} mappings join nothing, because only skos:exactMatch, owl:sameAs and owl:equivalentClass do: ${counts.map(([why, n]) => `${why} ${n}`).join(', ')}.`,
  }
}
