import type { Link, LinkedManuscript, LinkedPassage } from '../../core/index.ts'
import {
  chosenConcept,
  groupOf,
  manuscriptsOf,
  prefixOf,
  type ChosenConcept,
  type ConceptLookUp,
} from '../linked.ts'
import { createOffsetMap, type OffsetUnit } from '../offsets.ts'
import { groupLabel, pubtatorType } from '../semanticGroups.ts'
import { keyFileText } from './keyFile.ts'
import { OFFSET_UNIT_INFON } from './offsetUnit.ts'
import { passageInfons } from './passageInfons.ts'
import type { BiocAnnotation, BiocCollection, BiocDocument, BiocPassage, Infons } from './types.ts'
import type { BiocProfile } from './profile.ts'
import { replaceInvalidXml } from './writeXml.ts'

export interface LinkedToBiocOptions {
  readonly profile?: BiocProfile
  readonly offsetUnit?: OffsetUnit
  /** Finds concepts that an author chose outside the candidates. */
  readonly names?: ConceptLookUp
  /** Writes mentions without a chosen concept too; they are left out by default. */
  readonly includeUnlinked?: boolean
  /** Day of the export, `2026-11-20`; empty when not given, since formats have no clock. */
  readonly date?: string
  /** Name of the key file; `bioc.key` by default. */
  readonly key?: string
  /** Makes a document's id of a manuscript's file; by default the last part of its path, the whole path on a clash. */
  readonly documentId?: (file: string) => string
}

/** A collection and the text of the key file that explains its infons. */
export interface BiocExport {
  readonly collection: BiocCollection
  readonly keyFile: { readonly name: string; readonly text: string }
}

/**
 * Makes BioC of linked manuscripts. A document's text is the rendered prose: its passages in order with one line break
 * between them, the first at offset 0. Characters that XML cannot hold are replaced by U+FFFD, unit for unit, so that
 * XML and JSON say the same.
 */
export function linkedToBioc(
  linked: LinkedManuscript | readonly LinkedManuscript[],
  options: LinkedToBiocOptions = {},
): BiocExport {
  const { profile = 'generic', offsetUnit = 'code-point', key = 'bioc.key', date = '' } = options
  const manuscripts = manuscriptsOf(linked)
  const ids = documentIds(manuscripts, options.documentId ?? lastPart)
  const writing: Writing = { ...options, profile, offsetUnit, nAnnotations: 0 }
  const collection = {
    source: 'ConceptLens',
    date,
    key,
    infons: { [OFFSET_UNIT_INFON]: offsetUnit, profile },
    documents: manuscripts.map((manuscript, i) => documentOf(manuscript, ids[i] ?? '', writing)),
  }
  return { collection, keyFile: { name: key, text: keyFileText({ profile, offsetUnit }) } }
}

interface Writing extends LinkedToBiocOptions {
  readonly profile: BiocProfile
  readonly offsetUnit: OffsetUnit
  /** Annotations so far: ids are unique in the collection, which every validator accepts. */
  nAnnotations: number
}

function documentIds(manuscripts: readonly LinkedManuscript[], idOf: (file: string) => string): string[] {
  const short = manuscripts.map(({ manuscript }) => idOf(manuscript.file))
  const isTaken = (id: string): boolean => short.indexOf(id) !== short.lastIndexOf(id)
  return short.map((id, i) => (isTaken(id) ? (manuscripts[i]?.manuscript.file ?? id) : id))
}

function lastPart(file: string): string {
  return file.split(/[/\\]/).at(-1) ?? file
}

function documentOf({ manuscript, passages }: LinkedManuscript, id: string, writing: Writing): BiocDocument {
  let offset = 0
  const written = passages.map((passage) => {
    const { value, length } = passageOf(passage, offset, writing)
    offset += length + 1
    return value
  })
  return {
    id,
    infons: { file: manuscript.file, format: manuscript.format },
    passages: written,
    relations: [],
  }
}

function passageOf(
  { passage, links }: LinkedPassage,
  offset: number,
  writing: Writing,
): { value: BiocPassage; length: number } {
  const text = replaceInvalidXml(passage.text)
  const map = createOffsetMap(text, writing.offsetUnit)
  const annotations = links.flatMap((link) => {
    const concept = chosenConcept(link, writing.names)
    if (concept === undefined && writing.includeUnlinked !== true) return []
    const { start, end } = link.mention.span
    const from = map.fromUtf16(start)
    const annotation: BiocAnnotation = {
      id: `m${++writing.nAnnotations}`,
      infons: annotationInfons(link, concept, writing.profile),
      locations: [{ offset: offset + from, length: map.fromUtf16(end) - from }],
      text: text.slice(start, end),
    }
    return [annotation]
  })
  const value = { infons: passageInfons(passage), offset, text, sentences: [], annotations, relations: [] }
  return { value, length: map.length }
}

function annotationInfons(link: Link, concept: ChosenConcept | undefined, profile: BiocProfile): Infons {
  const place = { source_start: String(link.source.start), source_end: String(link.source.end) }
  const infons = { ...PROFILES[profile](link, concept), chosen_by: link.chosenBy, ...place }
  return Object.fromEntries(Object.entries(infons).filter(([, value]) => value !== ''))
}

const PROFILES: Readonly<Record<BiocProfile, (link: Link, concept: ChosenConcept | undefined) => Infons>> = {
  generic: (link, concept) => ({
    type: groupLabel(groupOf(link, concept)),
    identifier: concept?.id ?? '',
    database: prefixOf(concept?.id ?? ''),
    name: concept?.name ?? '',
    semantic_type: concept?.types.join(',') ?? '',
    score: score(link.probability),
  }),
  pubtator3: (link, concept) => ({
    type: pubtatorType(groupOf(link, concept)),
    identifier: concept?.id ?? '-',
    normalized_id: localPart(concept?.id ?? ''),
    database: prefixOf(concept?.id ?? '').toLowerCase(),
    biotype: pubtatorType(groupOf(link, concept)).toLowerCase(),
    name: concept?.name ?? '',
    valid: concept === undefined ? 'False' : 'True',
    score: score(link.probability),
  }),
  entitytools: (link, concept) => ({
    type: groupLabel(groupOf(link, concept)),
    concept_id: concept?.id ?? '-1',
    all_links: link.candidates.map(({ id, probability }) => `${id}=${score(probability)}`).join('|'),
  }),
}

/** Four digits: more than any calibration can vouch for. */
function score(probability: number): string {
  return probability.toFixed(4)
}

function localPart(curie: string): string {
  return curie.slice(curie.indexOf(':') + 1)
}
