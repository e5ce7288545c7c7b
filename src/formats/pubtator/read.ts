import type { Problem } from '../../core/index.ts'
import type {
  BiocAnnotation,
  BiocCollection,
  BiocDocument,
  BiocLocation,
  BiocRelation,
} from '../bioc/index.ts'
import { createOffsetMap, OFFSET_UNITS, type OffsetMap, type OffsetUnit } from '../offsets.ts'
import type { ReadResult } from '../readResult.ts'
import { IDENTIFIER, PARTS, TYPE } from './infons.ts'

const TEXT_LINE = /^([^|\t]+)\|([a-z])\|([^]*)$/
const TITLE = 't'

/**
 * Reads PubTator: `id|t|title`, `id|a|abstract`, then lines of `id, start, end, text, type, identifier` with tabs, in
 * code points of title, one separator, abstract. Relations (`id, type, first, second, …`) are kept in infons.
 * Annotations whose text does not stand at their offsets are kept and named in the problems.
 */
export function readPubtator(text: string): ReadResult<BiocCollection> {
  const problems: Problem[] = []
  const drafts: Draft[] = []
  for (const [i, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() !== '') readLine(line, i + 1, { drafts, problems })
  }
  const documents = drafts.map((draft) => finish(draft, problems))
  return { value: { source: '', date: '', key: '', infons: {}, documents }, problems }
}

interface Draft {
  readonly id: string
  readonly texts: { readonly tag: string; readonly text: string }[]
  readonly annotations: { readonly value: BiocAnnotation; readonly line: number }[]
  readonly relations: BiocRelation[]
}

interface Reading {
  readonly drafts: Draft[]
  readonly problems: Problem[]
}

function readLine(line: string, number: number, { drafts, problems }: Reading): void {
  const textLine = TEXT_LINE.exec(line)
  if (textLine !== null) {
    const [, id = '', tag = '', text = ''] = textLine
    draftOf(id, drafts, tag === TITLE).texts.push({ tag, text })
    return
  }
  const columns = line.split('\t')
  const draft = drafts.findLast(({ id }) => id === columns[0])
  if (draft === undefined || columns.length < 4) problems.push(unreadableLine(line, number))
  else if (/^\d+$/.test(columns[1] ?? '') && /^\d+$/.test(columns[2] ?? '')) {
    draft.annotations.push({ value: annotationOf(columns, `${draft.annotations.length + 1}`), line: number })
  } else draft.relations.push(relationOf(columns, `R${draft.relations.length + 1}`))
}

/** The draft that a text line belongs to; a title starts a new one, even when the same id came before. */
function draftOf(id: string, drafts: Draft[], startsNew: boolean): Draft {
  const last = drafts.at(-1)
  if (last?.id === id && !startsNew) return last
  const draft = { id, texts: [], annotations: [], relations: [] }
  drafts.push(draft)
  return draft
}

function annotationOf(columns: readonly string[], id: string): BiocAnnotation {
  const [, start = '', end = '', text = '', type = '', identifier, parts] = columns
  const infons = {
    [TYPE]: type,
    ...(identifier === undefined ? {} : { [IDENTIFIER]: identifier }),
    ...(parts === undefined ? {} : { [PARTS]: parts }),
  }
  return {
    id,
    infons,
    locations: [{ offset: Number(start), length: Math.max(0, Number(end) - Number(start)) }],
    text,
  }
}

function relationOf(columns: readonly string[], id: string): BiocRelation {
  const [, type = '', ...args] = columns
  return {
    id,
    infons: { [TYPE]: type, ...Object.fromEntries(args.map((arg, i) => [`arg${i + 1}`, arg])) },
    nodes: [],
  }
}

/** Lays title and abstract out, one separator between them, and gives each annotation to the text it starts in. */
function finish(draft: Draft, problems: Problem[]): BiocDocument {
  const texts = draft.texts.some(({ tag }) => tag !== TITLE)
    ? draft.texts
    : [...draft.texts, { tag: 'a', text: '' }]
  const joined = texts.map(({ text }) => text).join('\n')
  const annotations = inCodePoints(draft, joined, problems)
  const map = createOffsetMap(joined, 'code-point')
  let position = 0
  const starts = texts.map(({ text }) => {
    const start = map.fromUtf16(position)
    position += text.length + 1
    return start
  })
  const homeOf = ({ locations: [location] }: BiocAnnotation): number => {
    const home = starts.findLastIndex((start) => start <= (location?.offset ?? 0))
    return Math.max(0, home)
  }
  const passages = texts.map(({ tag, text }, i) => ({
    infons: { type: tag === TITLE ? 'title' : 'abstract' },
    offset: starts[i] ?? 0,
    text,
    sentences: [],
    annotations: annotations.filter((annotation) => homeOf(annotation) === i),
    relations: [],
  }))
  return { id: draft.id, infons: {}, passages, relations: draft.relations }
}

/** The annotations of a draft; a document that was counted in another unit (GNormPlus has bytes) is converted. */
function inCodePoints(draft: Draft, joined: string, problems: Problem[]): BiocAnnotation[] {
  const maps = new Map(OFFSET_UNITS.map((unit) => [unit, createOffsetMap(joined, unit)]))
  const unmatched = (unit: OffsetUnit): Draft['annotations'] =>
    draft.annotations.filter(({ value }) => !isInPlace(value, joined, maps.get(unit)))
  const misfits = unmatched('code-point')
  const counts = OFFSET_UNITS.map((unit) => (misfits.length === 0 ? 0 : unmatched(unit).length))
  const unit = OFFSET_UNITS[counts.indexOf(Math.min(...counts))] ?? 'code-point'
  if (unit === 'code-point') {
    problems.push(...misfits.map((annotation) => mismatch(annotation, joined, draft.id)))
    return draft.annotations.map(({ value }) => value)
  }
  problems.push(otherUnit(draft.id, unit))
  return draft.annotations.map(({ value }) => ({ ...value, locations: value.locations.map(toCodePoints) }))

  function toCodePoints({ offset, length }: BiocLocation): BiocLocation {
    const [from, to] = [maps.get(unit), maps.get('code-point')]
    const start = to?.fromUtf16(from?.toUtf16(offset) ?? joined.length) ?? offset
    const end = to?.fromUtf16(from?.toUtf16(offset + length) ?? joined.length) ?? offset
    return { offset: start, length: end - start }
  }
}

function isInPlace(annotation: BiocAnnotation, joined: string, map: OffsetMap | undefined): boolean {
  return coveredBy(annotation, joined, map).replaceAll('\n', ' ') === annotation.text
}

function coveredBy({ locations: [location] }: BiocAnnotation, joined: string, map?: OffsetMap): string {
  const { offset = 0, length = 0 } = location ?? {}
  const start = map?.toUtf16(offset) ?? joined.length
  return joined.slice(start, map?.toUtf16(offset + length) ?? joined.length)
}

function mismatch({ value, line }: Draft['annotations'][number], joined: string, id: string): Problem {
  const { offset = 0, length = 0 } = value.locations[0] ?? {}
  const found = JSON.stringify(coveredBy(value, joined, createOffsetMap(joined, 'code-point')))
  return {
    code: 'pubtator-offset',
    severity: 'warning',
    line,
    message: `Document ${id}, line ${line}: at ${offset}–${offset + length} stands ${found}, not ${JSON.stringify(value.text)}. Count offsets in Unicode code points from the start of the title.`,
  }
}

function otherUnit(id: string, unit: OffsetUnit): Problem {
  const name = unit === 'byte' ? 'UTF-8 bytes' : 'UTF-16 units'
  return {
    code: 'pubtator-unit',
    severity: 'info',
    message: `Document ${id} counts its offsets in ${name}; they were converted to code points.`,
  }
}

function unreadableLine(line: string, number: number): Problem {
  const found = JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line)
  return {
    code: 'pubtator-line',
    severity: 'warning',
    line: number,
    message: `Line ${number} is ${found}; PubTator has id|t|title, id|a|abstract, or tab-separated columns that start with the id of a document above. It is left out.`,
  }
}
