import type { Problem } from '../../core/index.ts'
import type { ReadResult } from '../readResult.ts'
import type {
  BiocAnnotation,
  BiocCollection,
  BiocDocument,
  BiocLocation,
  BiocNode,
  BiocPassage,
  BiocRelation,
  BiocSentence,
  Infons,
} from './types.ts'

/** A BioC element as a file gave it: any field may be missing, of another type, or unknown. */
export interface LooseElement {
  readonly [field: string]: unknown
}

/**
 * Makes a collection of loose elements, which both XML and JSON are read into.
 * Missing and repeated ids get new ones, annotations on the document move to the passage that holds them, and whatever
 * cannot be understood is left out and named in the problems.
 */
export function normaliseCollection(loose: LooseElement): ReadResult<BiocCollection> {
  const problems: Problem[] = []
  const value = {
    source: textOf(loose['source']),
    date: textOf(loose['date']),
    key: textOf(loose['key']),
    infons: infonsOf(loose['infons']),
    documents: elements(loose['documents']).map((document) => normaliseDocument(document, problems)),
  }
  return { value, problems }
}

/** What reading one document needs to know: its id for messages, the ids taken, the problems so far. */
interface Reading {
  readonly documentId: string
  readonly taken: Set<string>
  readonly problems: Problem[]
  renamed: number
}

function normaliseDocument(loose: LooseElement, problems: Problem[]): BiocDocument {
  const id = textOf(loose['id'])
  const reading: Reading = { documentId: id, taken: new Set(), problems, renamed: 0 }
  const passages = elements(loose['passages']).map((passage) => normalisePassage(passage, reading))
  const stray = annotationsOf(loose, reading)
  const document = {
    id,
    infons: infonsOf(loose['infons']),
    passages: stray.length === 0 ? passages : homeFor(stray, passages, reading),
    relations: relationsOf(loose, reading),
  }
  if (reading.renamed > 0) {
    const what = `${reading.renamed} annotations or relations without an id of their own were given one`
    problems.push({ code: 'bioc-missing-id', severity: 'info', message: `Document ${id}: ${what}.` })
  }
  return document
}

function normalisePassage(loose: LooseElement, reading: Reading): BiocPassage {
  const offset = numberOf(loose['offset'])
  if (offset === undefined) {
    const found = JSON.stringify(loose['offset'] ?? '')
    warn(reading, 'bioc-offset', `a passage's offset is ${found}, not a number; 0 is used`)
  }
  return {
    infons: infonsOf(loose['infons']),
    offset: offset ?? 0,
    ...optionalText(loose['text']),
    sentences: elements(loose['sentences']).map((sentence) => normaliseSentence(sentence, reading)),
    annotations: annotationsOf(loose, reading),
    relations: relationsOf(loose, reading),
  }
}

function normaliseSentence(loose: LooseElement, reading: Reading): BiocSentence {
  return {
    infons: infonsOf(loose['infons']),
    offset: numberOf(loose['offset']) ?? 0,
    ...optionalText(loose['text']),
    annotations: annotationsOf(loose, reading),
    relations: relationsOf(loose, reading),
  }
}

function annotationsOf(loose: LooseElement, reading: Reading): BiocAnnotation[] {
  return elements(loose['annotations']).map((annotation) => ({
    id: freeId(textOf(annotation['id']), 'a', reading),
    infons: infonsOf(annotation['infons']),
    locations: elements(annotation['locations']).flatMap((location) => locationOf(location, reading)),
    text: textOf(annotation['text']),
  }))
}

function locationOf(loose: LooseElement, reading: Reading): BiocLocation[] {
  const offset = numberOf(loose['offset'])
  const length = numberOf(loose['length'])
  if (offset !== undefined && length !== undefined) return [{ offset, length }]
  const found = JSON.stringify({ offset: loose['offset'], length: loose['length'] })
  warn(reading, 'bioc-location', `a location has ${found} where two whole numbers belong; it is left out`)
  return []
}

function relationsOf(loose: LooseElement, reading: Reading): BiocRelation[] {
  return elements(loose['relations']).map((relation) => ({
    id: freeId(textOf(relation['id']), 'r', reading),
    infons: infonsOf(relation['infons']),
    nodes: elements(relation['nodes']).map(nodeOf),
  }))
}

function nodeOf(loose: LooseElement): BiocNode {
  return { refid: textOf(loose['refid']), role: textOf(loose['role']) }
}

/** The id itself when it is free, else a new one. */
function freeId(id: string, prefix: string, reading: Reading): string {
  let free = id
  if (id === '' || reading.taken.has(id)) {
    reading.renamed++
    for (let n = reading.renamed; free === '' || reading.taken.has(free); n++) free = `${prefix}${n}`
  }
  reading.taken.add(free)
  return free
}

/** Moves annotations that stand on the document to the last passage that starts at or before them. */
function homeFor(stray: BiocAnnotation[], passages: BiocPassage[], reading: Reading): BiocPassage[] {
  const what = `${stray.length} annotations stand on the document; they were moved into its passages`
  reading.problems.push({
    code: 'bioc-document-annotation',
    severity: 'info',
    message: `Document ${reading.documentId}: ${what}.`,
  })
  const homes = stray.map(({ locations }) => {
    const start = locations[0]?.offset ?? 0
    return Math.max(
      0,
      passages.findLastIndex(({ offset }) => offset <= start),
    )
  })
  return passages.map((passage, i) => {
    const added = stray.filter((_, k) => homes[k] === i)
    return added.length === 0 ? passage : { ...passage, annotations: [...passage.annotations, ...added] }
  })
}

function warn(reading: Reading, code: string, what: string): void {
  reading.problems.push({ code, severity: 'warning', message: `Document ${reading.documentId}: ${what}.` })
}

/** The elements of a list that are objects; nothing when it is no list. */
function elements(value: unknown): LooseElement[] {
  return Array.isArray(value) ? value.filter(isElement) : []
}

/** Whether a value is an object with fields. */
export function isElement(value: unknown): value is LooseElement {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function infonsOf(value: unknown): Infons {
  if (!isElement(value)) return {}
  const known = Object.entries(value).filter(([, content]) => content !== null && content !== undefined)
  return Object.fromEntries(known.map(([key, content]) => [key, textOf(content)]))
}

function optionalText(value: unknown): { text?: string } {
  return value === undefined || value === null ? {} : { text: textOf(value) }
}

/** PubTator's JSON has numbers, booleans and objects where BioC has strings. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return ''
  return JSON.stringify(value)
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 ? number : undefined
}
