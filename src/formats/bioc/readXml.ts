import { SaxesParser } from 'saxes'
import type { Problem } from '../../core/index.ts'
import type { ReadResult } from '../readResult.ts'
import { normaliseCollection, type LooseElement } from './normalise.ts'
import type { BiocCollection } from './types.ts'

/** More messages than this about one file's XML help nobody. */
const MAX_XML_PROBLEMS = 20

/**
 * Reads BioC XML. Forgives what circulates: text and sentences in one passage, annotations on the document, missing
 * ids, another order of the elements. A file that breaks off gives what came before.
 * As every XML parser does, it takes CR LF and CR as LF unless the writer escaped the CR.
 */
export function readBiocXml(xml: string): ReadResult<BiocCollection> {
  const { root, problems } = parseXml(xml)
  const collection = root.children.find(({ name }) => name === 'collection')
  if (collection === undefined) problems.push(noCollection(root.children[0]?.name))
  const { value, problems: more } = normaliseCollection(looseOf(collection ?? root))
  return { value, problems: [...problems, ...more] }
}

interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: XmlElement[]
  text: string
}

function parseXml(xml: string): { root: XmlElement; problems: Problem[] } {
  const problems: Problem[] = []
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  const parser = new SaxesParser()
  const addText = (text: string): void => {
    const element = open.at(-1)
    if (element !== undefined) element.text += text
  }
  parser.on('error', ({ message }) => {
    if (problems.length < MAX_XML_PROBLEMS) problems.push(xmlProblem(message, parser.line))
  })
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes, children: [], text: '' }
    open.at(-1)?.children.push(element)
    open.push(element)
  })
  parser.on('closetag', () => open.length > 1 && open.pop())
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.write(xml).close()
  return { root, problems }
}

function xmlProblem(message: string, line: number): Problem {
  return {
    code: 'bioc-xml',
    severity: 'error',
    line,
    message: `Not well-formed XML at line ${line}: ${message}. What could be read is kept; write the file again with the tool it came from.`,
  }
}

function noCollection(found: string | undefined): Problem {
  const what = found === undefined ? 'no XML element' : `<${found}>`
  return {
    code: 'bioc-no-collection',
    severity: 'error',
    message: `Found ${what} where BioC XML has <collection>. Give a BioC XML file.`,
  }
}

/** Lists of a BioC element by the name of their elements. */
const LISTS: Readonly<Record<string, string>> = {
  document: 'documents',
  passage: 'passages',
  sentence: 'sentences',
  annotation: 'annotations',
  relation: 'relations',
  location: 'locations',
  node: 'nodes',
}

function looseOf(element: XmlElement): LooseElement {
  const loose: Record<string, unknown> = { ...element.attributes }
  const infons: [string, string][] = []
  for (const child of element.children) {
    const list = LISTS[child.name]
    if (child.name === 'infon') infons.push([child.attributes['key'] ?? '', child.text])
    else if (list === undefined) loose[child.name] ??= child.text
    else ((loose[list] ??= []) as LooseElement[]).push(looseOf(child))
  }
  return { ...loose, infons: Object.fromEntries(infons) }
}
