import { SaxesParser } from 'saxes'
import { ConceptLensError } from '../../core/index.ts'
import type { ImportSink } from './draft.ts'
import { textPieces } from './lines.ts'
import { collectMesh, meshProblem, meshYear, type MeshRecord, type MeshTerm } from './mesh.ts'
import type { SourceKind } from './sourceKind.ts'

/** The descriptors or the supplementary concepts of MeSH in XML. */
export const meshXmlKind: SourceKind = {
  what: 'MeSH XML (desc20xx.xml, supp20xx.xml)',
  open(path, beginning) {
    const root = /<(DescriptorRecordSet|SupplementalRecordSet)[\s>]/.exec(beginning)?.[1]
    if (root === undefined) return undefined
    return { path, read: (sink) => readMeshXml({ path, root, year: meshYear(path, beginning) }, sink) }
  },
}

interface Growing extends MeshRecord {
  ui: string
  name: string
  note: string
  cui: string
  terms: MeshTerm[]
  treeNumbers: string[]
  semanticTypes: string[]
  mappedTo: string[]
}

const newRecord = (): Growing => ({
  ui: '',
  name: '',
  note: '',
  cui: '',
  terms: [],
  treeNumbers: [],
  semanticTypes: [],
  mappedTo: [],
})

/** Where an element stands: its attributes' values are read from the innermost element of a name. */
interface Place {
  isPreferredConcept: boolean
  lexicalTag: string
}

/** What to do with the text of an element, by the names of its parents and its own. */
const TEXTS: Readonly<Record<string, (record: Growing, text: string, place: Place) => void>> = {
  'DescriptorRecord/DescriptorUI': (record, text) => (record.ui = text),
  'SupplementalRecord/SupplementalRecordUI': (record, text) => (record.ui = text),
  'DescriptorRecord/DescriptorName/String': (record, text) => (record.name = text),
  'SupplementalRecord/SupplementalRecordName/String': (record, text) => (record.name = text),
  'SupplementalRecord/Note': (record, text) => (record.note ||= text),
  'DescriptorRecord/TreeNumberList/TreeNumber': (record, text) => record.treeNumbers.push(text),
  'HeadingMappedTo/DescriptorReferredTo/DescriptorUI': (record, text) =>
    record.mappedTo.push(text.replace(/^\*/, '')),
  'ConceptList/Concept/ScopeNote': (record, text, { isPreferredConcept }) => {
    if (isPreferredConcept) record.note = text
  },
  'ConceptList/Concept/ConceptUMLSUI': (record, text, { isPreferredConcept }) => {
    if (isPreferredConcept) record.cui = text
  },
  'SemanticTypeList/SemanticType/SemanticTypeUI': (record, text, { isPreferredConcept }) => {
    if (isPreferredConcept) record.semanticTypes.push(text)
  },
  'TermList/Term/String': (record, text, { lexicalTag }) => record.terms.push({ text, lexicalTag }),
}

const RECORDS: ReadonlySet<string> = new Set(['DescriptorRecord', 'SupplementalRecord'])

/**
 * Reads MeSH XML record by record. What is not well-formed inside is reported and read on; a file that ends before its
 * root does is refused, because it is not whole.
 */
async function readMeshXml(
  { path, root, year }: { path: string; root: string; year: string },
  sink: ImportSink,
): Promise<void> {
  const mesh = collectMesh(year, sink)
  const open: string[] = []
  let record = newRecord()
  let place: Place = { isPreferredConcept: false, lexicalTag: '' }
  let text = ''
  const parser = new SaxesParser()
  const problem = (message: string): void =>
    sink.problem({ code: 'kb-bad-row', severity: 'warning', message, file: path, line: parser.line })

  parser.on('error', ({ message }) => problem(`Not well-formed XML: ${message}.`))
  parser.on('opentag', ({ name, attributes }) => {
    open.push(name)
    text = ''
    if (name === 'Concept') place = { ...place, isPreferredConcept: attributes['PreferredConceptYN'] === 'Y' }
    else if (name === 'Term') place = { ...place, lexicalTag: attributes['LexicalTag'] ?? '' }
    else if (RECORDS.has(name)) record = newRecord()
  })
  parser.on('text', (piece) => (text += piece))
  parser.on('cdata', (piece) => (text += piece))
  parser.on('closetag', ({ name }) => {
    const read = TEXTS[open.slice(-2).join('/')] ?? TEXTS[open.slice(-3).join('/')]
    read?.(record, text.trim(), place)
    open.pop()
    text = ''
    if (!RECORDS.has(name)) return
    const bad = meshProblem(record, path, parser.line)
    if (bad) sink.problem(bad)
    else mesh.add(record)
  })
  for await (const piece of textPieces(path, (n) => sink.advance(n))) parser.write(piece)
  if (open.length > 0)
    throw new ConceptLensError(
      'kb-unreadable-source',
      `${path} ends before </${root}>. Is the file whole? Get it again from its publisher.`,
    )
  mesh.finish()
}
