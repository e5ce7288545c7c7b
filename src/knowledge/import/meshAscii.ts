import type { ImportSink } from './draft.ts'
import { lineBatches } from './lines.ts'
import { collectMesh, meshProblem, meshYear, type MeshRecord, type MeshTerm } from './mesh.ts'
import type { SourceKind } from './sourceKind.ts'

/** The descriptors or the supplementary concepts of MeSH in ASCII. */
export const meshAsciiKind: SourceKind = {
  what: 'MeSH ASCII (d20xx.bin, c20xx.bin)',
  open: (path, beginning) =>
    /^\*NEWRECORD\s*$/m.test(beginning) && /^RECTYPE = [CD]\s*$/m.test(beginning)
      ? { path, read: (sink) => readMeshAscii(path, meshYear(path, ''), sink) }
      : undefined,
}

const NEW_RECORD = '*NEWRECORD'
const ELEMENT = /^([A-Z][\w ]*?) = (.*)$/

/**
 * Reads MeSH ASCII: records behind `*NEWRECORD`, each line `element = value`. The headings that supplementary concepts
 * are mapped to stand there by name, not by identifier, so they give no parents; how many is reported.
 * Source: NLM, "ASCII MeSH Descriptor Data Elements" and "Data Elements for Supplementary Concept Records".
 */
async function readMeshAscii(path: string, year: string, sink: ImportSink): Promise<void> {
  const mesh = collectMesh(year, sink)
  let elements = new Map<string, string[]>()
  let begin = 0
  let line = 0
  let nMappedNames = 0
  const finish = (): void => {
    if (elements.size === 0 || !/^[CD]$/.test(elements.get('RECTYPE')?.[0] ?? '')) return
    const record = recordOf(elements)
    nMappedNames += elements.get('HM')?.length ?? 0
    const bad = meshProblem(record, path, begin)
    if (bad) sink.problem(bad)
    else mesh.add(record)
  }
  for await (const lines of lineBatches(path, (n) => sink.advance(n))) {
    for (const text of lines) {
      line += 1
      const [, element, value] = ELEMENT.exec(text) ?? []
      if (text.trimEnd() === NEW_RECORD) {
        finish()
        elements = new Map()
        begin = line
      } else if (element !== undefined && value !== undefined) {
        const known = elements.get(element)
        if (known) known.push(value)
        else elements.set(element, [value])
      } else if (text.trim() !== '') {
        const message = `"${text.slice(0, 60)}" is not a line "element = value" and was left out.`
        sink.problem({ code: 'kb-bad-row', severity: 'warning', message, file: path, line })
      }
    }
  }
  finish()
  mesh.finish()
  if (nMappedNames > 0) sink.problem({ ...withoutParents(nMappedNames), file: path })
}

function recordOf(elements: ReadonlyMap<string, readonly string[]>): MeshRecord {
  const all = (...names: string[]): string[] =>
    names.flatMap((name) => elements.get(name) ?? []).map((value) => value.trim())
  return {
    ui: all('UI')[0] ?? '',
    name: all('MH', 'NM')[0] ?? '',
    terms: all('PRINT ENTRY', 'ENTRY', 'SY').map(termOf),
    note: all('MS', 'NO')[0] ?? '',
    treeNumbers: all('MN'),
    semanticTypes: all('ST'),
    cui: '',
    mappedTo: [],
  }
}

/** `Avian Sarcoma|T050|T191|NON|EQV|NLM (1994)|930624|abbcdef`: the last part says which field is which. */
function termOf(value: string): MeshTerm {
  const fields = value.split('|')
  const map = fields.at(-1) ?? ''
  if (map.length !== fields.length - 1 || !/^[a-z]+$/.test(map)) return { text: fields[0]!, lexicalTag: '' }
  const field = (letter: string): string => (map.includes(letter) ? (fields[map.indexOf(letter)] ?? '') : '')
  return { text: field('a'), lexicalTag: field('c') }
}

function withoutParents(n: number): Parameters<ImportSink['problem']>[0] {
  return {
    code: 'kb-mesh-heading-names',
    severity: 'info',
    message: `${n} headings that supplementary concepts are mapped to give no parents, because the ASCII file names them without their identifiers. Import the XML file (supp20xx.xml) to have them.`,
  }
}
