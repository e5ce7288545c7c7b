import type {
  BiocAnnotation,
  BiocCollection,
  BiocDocument,
  BiocPassage,
  BiocRelation,
  BiocSentence,
  Infons,
} from './types.ts'
import { passagesOf } from './wellFormed.ts'

/**
 * Writes BioC XML that every DTD in circulation accepts: text or sentences, never both; annotations on passages or
 * sentences; infons, then locations, then text; a role on every node.
 * Characters that XML cannot hold (controls, lone surrogates, U+FFFE, U+FFFF) become U+FFFD, which keeps every offset
 * in code points and in UTF-16; a CR is escaped, because XML parsers would drop it.
 */
export function writeBiocXml(collection: BiocCollection): string {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE collection SYSTEM "BioC.dtd">',
    '<collection>',
    leaf(1, 'source', collection.source),
    leaf(1, 'date', collection.date),
    leaf(1, 'key', collection.key),
    ...infons(1, collection.infons),
    ...collection.documents.flatMap(documentLines),
    '</collection>',
  ]
  return lines.join('\n') + '\n'
}

/** Replaces what XML 1.0 cannot hold by U+FFFD, unit for unit. */
export function replaceInvalidXml(text: string): string {
  return text.replace(INVALID, '\ufffd')
}

// Everything but the Char production of XML 1.0; with the u flag a surrogate matches only when it stands alone.
const INVALID = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

function documentLines(document: BiocDocument): string[] {
  return [
    `${indent(1)}<document>`,
    leaf(2, 'id', document.id),
    ...infons(2, document.infons),
    ...passagesOf(document).flatMap(passageLines),
    ...document.relations.flatMap((relation) => relationLines(2, relation)),
    `${indent(1)}</document>`,
  ]
}

function passageLines(passage: BiocPassage): string[] {
  return [
    `${indent(2)}<passage>`,
    ...infons(3, passage.infons),
    leaf(3, 'offset', String(passage.offset)),
    ...(passage.sentences.length > 0 ? passage.sentences.flatMap(sentenceLines) : textLines(3, passage)),
    ...passage.relations.flatMap((relation) => relationLines(3, relation)),
    `${indent(2)}</passage>`,
  ]
}

function sentenceLines(sentence: BiocSentence): string[] {
  return [
    `${indent(3)}<sentence>`,
    ...infons(4, sentence.infons),
    leaf(4, 'offset', String(sentence.offset)),
    ...textLines(4, sentence),
    ...sentence.relations.flatMap((relation) => relationLines(4, relation)),
    `${indent(3)}</sentence>`,
  ]
}

function textLines(depth: number, { text, annotations }: BiocPassage | BiocSentence): string[] {
  const annotationLines = annotations.flatMap((annotation) => linesOf(depth, annotation))
  return text === undefined ? annotationLines : [leaf(depth, 'text', text), ...annotationLines]
}

function linesOf(depth: number, annotation: BiocAnnotation): string[] {
  return [
    `${indent(depth)}<annotation id="${escapeAttribute(annotation.id)}">`,
    ...infons(depth + 1, annotation.infons),
    ...annotation.locations.map(
      ({ offset, length }) => `${indent(depth + 1)}<location offset="${offset}" length="${length}"/>`,
    ),
    leaf(depth + 1, 'text', annotation.text),
    `${indent(depth)}</annotation>`,
  ]
}

function relationLines(depth: number, relation: BiocRelation): string[] {
  return [
    `${indent(depth)}<relation id="${escapeAttribute(relation.id)}">`,
    ...infons(depth + 1, relation.infons),
    ...relation.nodes.map(
      ({ refid, role }) =>
        `${indent(depth + 1)}<node refid="${escapeAttribute(refid)}" role="${escapeAttribute(role)}"/>`,
    ),
    `${indent(depth)}</relation>`,
  ]
}

function infons(depth: number, pairs: Infons): string[] {
  return Object.entries(pairs).map(
    ([key, value]) => `${indent(depth)}<infon key="${escapeAttribute(key)}">${escapeText(value)}</infon>`,
  )
}

function leaf(depth: number, name: string, text: string): string {
  return `${indent(depth)}<${name}>${escapeText(text)}</${name}>`
}

function indent(depth: number): string {
  return '  '.repeat(depth)
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

function escapeText(text: string): string {
  return replaceInvalidXml(text).replace(/[&<>\r]/g, (char) => ESCAPES[char] ?? char)
}

/** Parsers turn white space in attributes into blanks unless it is escaped. */
function escapeAttribute(text: string): string {
  return replaceInvalidXml(text).replace(/[&<>"\t\n\r]/g, (char) => ESCAPES[char] ?? char)
}
