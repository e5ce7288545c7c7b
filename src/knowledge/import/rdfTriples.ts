import { EventEmitter } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { Parser, type Quad } from 'n3'
import { RdfXmlParser } from 'rdfxml-streaming-parser'
import { ConceptLensError, type Problem } from '../../core/index.ts'
import { isOwnError, lineBatches, messageOf, textPieces } from './lines.ts'

/** The object of a triple. */
export interface RdfObject {
  readonly value: string
  readonly isLiteral: boolean
  readonly isBlank: boolean
  /** The language tag of a literal, in lower case; empty without one. */
  readonly language: string
}

/** What gets the triples of a file. Blank nodes begin with `_:`. */
export interface TripleSink {
  triple(subject: string, predicate: string, object: RdfObject): void
  /** A prefix that the file declares, for example `skos` and `http://www.w3.org/2004/02/skos/core#`. */
  prefix(name: string, iri: string): void
  problem(problem: Problem): void
  advance(bytes: number): void
}

/** Turtle and N-Triples are read by one parser; N-Triples is apart because a bad line can be left out. */
export type RdfSyntax = 'turtle' | 'n-triples' | 'rdf-xml'

const N_TRIPLE = /^(?:<[^>]*>|_:\S+)\s+<[^>]*>\s+(?:<[^>]*>|_:\S+|"(?:[^"\\]|\\.)*"\S*)\s*\.\s*(?:#.*)?$/
const TURTLE_DIRECTIVE = /^(?:@prefix|@base|prefix\s|base\s)/i

/** The syntax of RDF that a file begins with; `undefined` when it is none of the three. */
export function rdfSyntaxOf(path: string, beginning: string): RdfSyntax | undefined {
  if (/^\s*</.test(beginning) && /<(?:[\w-]+:)?RDF[\s>]/.test(beginning)) return 'rdf-xml'
  const line =
    beginning
      .split('\n')
      .find((one) => !/^\s*(?:#|$)/.test(one))
      ?.trim() ?? ''
  if (N_TRIPLE.test(line)) return 'n-triples'
  return TURTLE_DIRECTIVE.test(line) || /\.(?:ttl|n3|nt)(?:\.gz)?$/i.test(path) ? 'turtle' : undefined
}

/**
 * Reads the triples of a file as they come. A bad line of N-Triples is reported and left out; Turtle and RDF/XML have
 * no rows to leave out, so there the first error ends the reading with a `ConceptLensError`.
 */
export async function readTriples(path: string, syntax: RdfSyntax, sink: TripleSink): Promise<void> {
  if (syntax === 'n-triples') return readNTriples(path, sink)
  await (syntax === 'turtle' ? readTurtle(path, sink) : readRdfXml(path, sink))
}

function handOver({ subject, predicate, object }: Quad, sink: TripleSink): void {
  const isLiteral = object.termType === 'Literal'
  const isBlank = object.termType === 'BlankNode'
  sink.triple(subject.termType === 'BlankNode' ? `_:${subject.value}` : subject.value, predicate.value, {
    value: isBlank ? `_:${object.value}` : object.value,
    isLiteral,
    isBlank,
    language: isLiteral ? object.language.toLowerCase() : '',
  })
}

async function readTurtle(path: string, sink: TripleSink): Promise<void> {
  let failure: Error | undefined
  const source = new EventEmitter()
  new Parser({ format: 'Turtle' }).parse(
    source,
    // The types say that both are always there; at the end of the file both are null.
    (error: Error | null, quad: Quad | null) => {
      if (error) failure ??= error
      else if (quad) handOver(quad, sink)
    },
    (prefix, node) => sink.prefix(prefix, node.value),
  )
  for await (const text of textPieces(path, (n) => sink.advance(n))) {
    source.emit('data', text)
    if (failure) throw badRdf(path, 'Turtle', failure)
  }
  source.emit('end')
  if (failure) throw badRdf(path, 'Turtle', failure)
}

const CLOSING_TAG = /<\/(?:[\w-]+:)?RDF\s*>/
/** Behind the closing tag there may be a comment of the program that wrote the file. */
const TAIL_CHARACTERS = 8192

async function readRdfXml(path: string, sink: TripleSink): Promise<void> {
  const parser = new RdfXmlParser({
    allowDuplicateRdfIds: true,
    parseUnsupportedVersions: true,
    trackPosition: true,
    validateUri: false,
  })
  parser.on('data', (quad: Quad) => handOver(quad, sink))
  try {
    await pipeline(wholeXml(path, sink), parser as unknown as NodeJS.WritableStream)
  } catch (cause) {
    throw isOwnError(cause) ? cause : badRdf(path, 'RDF/XML', cause)
  }
}

/** The text of an RDF/XML file, its prefixes reported; throws at the end of one that breaks off. */
async function* wholeXml(path: string, sink: TripleSink): AsyncGenerator<string> {
  let tail = ''
  for await (const text of textPieces(path, (n) => sink.advance(n))) {
    if (tail === '')
      for (const [, name, iri] of text.matchAll(/\sxmlns:([\w.-]+)\s*=\s*["']([^"'&]+)["']/g))
        sink.prefix(name!, iri!)
    tail = (tail + text).slice(-TAIL_CHARACTERS)
    yield text
  }
  if (!CLOSING_TAG.test(tail)) throw badRdf(path, 'RDF/XML', 'it ends before </rdf:RDF>')
}

function badRdf(path: string, syntax: string, cause: unknown): ConceptLensError {
  return new ConceptLensError(
    'kb-bad-rdf',
    `${path} is not ${syntax} to its end: ${messageOf(cause)}. Is the file whole? A file that another program wrote can be mended by writing it again as N-Triples.`,
    { cause },
  )
}

/** Batch by batch; a batch with an error is read again line by line. */
async function readNTriples(path: string, sink: TripleSink): Promise<void> {
  const quadsOf = (text: string): Quad[] =>
    new Parser({ format: 'N-Triples', blankNodePrefix: '_:' }).parse(text)
  let before = 0
  for await (const lines of lineBatches(path, (n) => sink.advance(n))) {
    let quads: Quad[] | undefined
    try {
      quads = quadsOf(lines.join('\n'))
    } catch {
      quads = lines.flatMap((line, i) => {
        try {
          return quadsOf(line)
        } catch (cause) {
          const message = `The line is no triple of N-Triples and was left out: ${messageOf(cause)}`
          sink.problem({ code: 'kb-bad-row', severity: 'warning', message, file: path, line: before + i + 1 })
          return []
        }
      })
    }
    for (const quad of quads) handOver(quad, sink)
    before += lines.length
  }
}
