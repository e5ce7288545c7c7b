import {
  layOut,
  offsetUnitOf,
  type BiocAnnotation,
  type BiocCollection,
  type BiocDocument,
} from '../bioc/index.ts'
import { createOffsetMap, type OffsetUnit } from '../offsets.ts'
import { IDENTIFIER, PARTS, TYPE } from './infons.ts'

/**
 * Writes PubTator. The first passage is the title when it says so, all others are the abstract, joined by blanks; tabs
 * and line breaks become blanks. Offsets are code points whatever the collection counts in.
 * What PubTator has no place for is left out: other infons, discontinuous parts (the first to the last is covered).
 */
export function writePubtator(collection: BiocCollection): string {
  const unit = offsetUnitOf(collection)
  return collection.documents.map((document) => documentLines(document, unit).join('\n') + '\n').join('\n')
}

function documentLines(document: BiocDocument, unit: OffsetUnit): string[] {
  const id = document.id.replace(/[|\s]/g, '_')
  const { passages } = layOut(document, unit)
  const hasTitle = isTitle(passages[0]?.passage.infons)
  const title = hasTitle ? (passages[0]?.text ?? '') : ''
  const rest = passages.slice(hasTitle ? 1 : 0).map(({ text }) => text)
  const joined = oneLine([title, ...rest].join(' '))
  const map = createOffsetMap(joined, 'code-point')
  let start = hasTitle ? 0 : 1
  const annotations = passages.flatMap(({ text, mentions }) => {
    const shift = start
    start += text.length + 1
    return mentions.map(({ annotation, span }) => {
      const [from, to] = [span.start + shift, span.end + shift]
      const covered = joined.slice(from, to)
      return [id, map.fromUtf16(from), map.fromUtf16(to), covered, ...infonColumns(annotation)].join('\t')
    })
  })
  // Other formats relate annotations by their ids, which PubTator does not have.
  const relations = document.relations.filter(({ infons }) => infons['arg1'] !== undefined)
  const relationLines = relations.map(({ infons }) => [id, ...Object.values(infons)].map(oneLine).join('\t'))
  return [`${id}|t|${oneLine(title)}`, `${id}|a|${oneLine(rest.join(' '))}`, ...annotations, ...relationLines]
}

function isTitle(infons: BiocDocument['infons'] | undefined): boolean {
  return infons?.['type'] === 'title' || infons?.['type'] === 'front'
}

/** Type, identifier and composite parts; trailing columns that are not there are left out. */
function infonColumns({ infons }: BiocAnnotation): string[] {
  const columns = [infons[TYPE] ?? '', infons[IDENTIFIER], infons[PARTS]]
  return columns.filter((column) => column !== undefined).map(oneLine)
}

function oneLine(text: string): string {
  return text.replace(/[\t\n\r]/g, ' ')
}
