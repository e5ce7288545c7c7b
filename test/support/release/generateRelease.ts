// Makes a release in the Rich Release Format out of open names, for tests and benchmarks: nothing in it is from UMLS.
// Run: npx tsx test/support/release/generateRelease.ts DIR --names 10000000 [--seed 1] [--crlf] [--open-names TSV.GZ…]
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openConcepts, type OpenConcept } from './openNames.ts'
import { recombined, seeded } from './recombine.ts'
import { COLUMNS, RANKS, VOCABULARIES } from './vocabularies.ts'

export interface GeneratedRelease {
  readonly dir: string
  /** English names that are not suppressible. */
  readonly nNames: number
  readonly seed: number
  readonly crlf?: boolean
  readonly openNames?: readonly string[]
}

/** Writes all files of a release and returns how many concepts and names an import finds by default. */
export function generateRelease(options: GeneratedRelease): { nConcepts: number; nNames: number } {
  mkdirSync(options.dir, { recursive: true })
  const random = seeded(options.seed)
  const files = openFiles(options)
  const writer = new ConceptWriter(files.row, random)
  for (const concept of recombined(openConcepts(options.openNames ?? []), random)) {
    if (writer.nNames >= options.nNames) break
    writer.add(concept, options.nNames - writer.nNames)
  }
  for (const [name, columns] of Object.entries(COLUMNS)) {
    files.row('MRFILES', [`${name}.RRF`, 'generated', columns, String(columns.split(',').length), '0', '0'])
    for (const column of columns.split(','))
      files.row('MRCOLS', [column, 'generated', '', '0', '0', '0', `${name}.RRF`, 'varchar(100)'])
  }
  for (const { name, language, level } of VOCABULARIES) files.row('MRSAB', sabRow(name, language, level))
  RANKS.forEach(([vocabulary, termType], i) =>
    files.row('MRRANK', [String(RANKS.length - i).padStart(4, '0'), vocabulary, termType, 'N']),
  )
  files.close()
  return { nConcepts: writer.nConcepts, nNames: writer.nNames }
}

type WriteRow = (file: string, cells: readonly string[]) => void

function openFiles({ dir, crlf }: GeneratedRelease): { row: WriteRow; close(): void } {
  const files = new Map<string, { fd: number; parts: string[] }>()
  const end = crlf ? '|\r\n' : '|\n'
  return {
    row(name, cells) {
      let file = files.get(name)
      if (!file) files.set(name, (file = { fd: openSync(join(dir, `${name}.RRF`), 'w'), parts: [] }))
      file.parts.push(cells.join('|') + end)
      if (file.parts.length < 8192) return
      writeSync(file.fd, file.parts.join(''))
      file.parts.length = 0
    },
    close() {
      for (const { fd, parts } of files.values()) {
        writeSync(fd, parts.join(''))
        closeSync(fd)
      }
    },
  }
}

const FALLBACK_TYPES = ['T047', 'T109', 'T023', 'T033', 'T061', 'T116', 'T028', 'T184']

class ConceptWriter {
  nConcepts = 0
  nNames = 0
  #nAtoms = 0
  readonly #row: WriteRow
  readonly #random: () => number

  constructor(row: WriteRow, random: () => number) {
    this.#row = row
    this.#random = random
  }

  /** Writes a concept with at most so many names, and what else a release says of it. */
  add({ names, types }: OpenConcept, most: number): void {
    const cui = cuiOf(this.nConcepts)
    const written = names.slice(0, most)
    const home = this.#pick(VOCABULARIES.filter(({ language }) => language === 'ENG'))
    const code = `${home.code}${String(this.nConcepts + 1000)}`
    written.forEach((text, i) => {
      const vocabulary = i === 0 || this.#random() < 0.5 ? home : this.#pick(VOCABULARIES.slice(0, 12))
      const isSame = vocabulary === home
      this.#atom(cui, {
        text,
        vocabulary: vocabulary.name,
        termType: vocabulary.termTypes[i === 0 ? 0 : 1],
        code: isSame ? code : 'NOCODE',
        isFirst: i === 0,
      })
    })
    this.nNames += written.length
    if (this.#random() < 0.12)
      this.#atom(cui, {
        text: `${written[0]!} (obsoleto)`,
        vocabulary: home.name,
        termType: 'IS',
        code,
        isFirst: false,
        suppress: 'O',
      })
    if (this.#random() < 0.15) {
      const foreign = this.#pick(VOCABULARIES.filter(({ language }) => language !== 'ENG'))
      this.#atom(cui, {
        text: `${written[0]!} é ü ñ`,
        vocabulary: foreign.name,
        termType: 'PT',
        code: 'NOCODE',
        isFirst: false,
        language: foreign.language,
      })
    }
    this.#aboutConcept(cui, { name: written[0]!, types, vocabulary: home.name })
    this.nConcepts += 1
  }

  #aboutConcept(
    cui: string,
    { name, types, vocabulary }: { name: string; types: readonly string[]; vocabulary: string },
  ): void {
    const of = this.nConcepts
    for (const type of types.length > 0 ? types : [FALLBACK_TYPES[of % FALLBACK_TYPES.length]!])
      this.#row('MRSTY', [cui, type, 'A1', 'generated', `AT${String(of)}`, '256'])
    if (this.#random() < 0.08)
      this.#row('MRDEF', [
        cui,
        'A0',
        `AT${String(of)}`,
        '',
        vocabulary,
        this.#random() < 0.02 ? '' : `What is called ${name}, as this generated text says and nobody else.`,
        'N',
        '',
      ])
    if (of > 0 && this.#random() < 0.8) {
      const parent = cuiOf(Math.floor(this.#random() * this.#random() * of))
      const ends = [`R${String(of)}`, '', vocabulary, vocabulary, '', '', 'N', '']
      this.#row('MRREL', [cui, 'A0', 'SCUI', 'PAR', parent, 'A0', 'SCUI', 'inverse_isa', ...ends])
      this.#row('MRREL', [parent, 'A0', 'SCUI', 'CHD', cui, 'A0', 'SCUI', 'isa', ...ends])
      this.#row('MRREL', [cui, 'A0', 'SCUI', 'RO', parent, 'A0', 'SCUI', 'finding_site_of', ...ends])
    }
    const roll = this.#random()
    const retired = cuiOf(of + 0.5)
    if (roll < 0.03) this.#row('MRCUI', [retired, '2019AB', 'SY', '', '', cui, 'Y'])
    else if (roll < 0.05) this.#row('MRCUI', [retired, '2020AA', 'RB', '', '', cui, 'Y'])
    else if (roll < 0.08) this.#row('MRCUI', [retired, '2018AA', 'DEL', '', '', '', ''])
  }

  #atom(
    cui: string,
    atom: {
      text: string
      vocabulary: string
      termType: string
      code: string
      isFirst: boolean
      suppress?: string
      language?: string
    },
  ): void {
    const n = String(this.#nAtoms++).padStart(8, '0')
    const [ts, stt, preferred] = atom.isFirst ? ['P', 'PF', 'Y'] : ['S', 'VO', 'N']
    this.#row('MRCONSO', [
      cui,
      atom.language ?? 'ENG',
      ts,
      `L${n}`,
      stt,
      `S${n}`,
      preferred,
      `A${n}`,
      '',
      atom.code,
      '',
      atom.vocabulary,
      atom.termType,
      atom.code,
      atom.text.replaceAll('|', '/'),
      '0',
      atom.suppress ?? 'N',
      '256',
    ])
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)]!
  }
}

/** Every second number, so that retired ids lie between. */
function cuiOf(concept: number): string {
  return `C${String(2 * concept + 2).padStart(7, '0')}`
}

function sabRow(name: string, language: string, level: number): string[] {
  const cells = COLUMNS['MRSAB']!.split(',').map(() => '')
  const set = (column: string, value: string): void =>
    void (cells[COLUMNS['MRSAB']!.split(',').indexOf(column)] = value)
  set('RSAB', name)
  set('VSAB', `${name}_2026`)
  set('SON', `${name}, generated`)
  set('SVER', '2026')
  set('SRL', String(level))
  set('LAT', language)
  set('CURVER', 'Y')
  set('SABIN', 'Y')
  return cells
}

if (process.argv[1]?.endsWith('generateRelease.ts')) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      names: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      crlf: { type: 'boolean', default: false },
      'open-names': { type: 'string', multiple: true, default: [] },
    },
  })
  const { nConcepts, nNames } = generateRelease({
    dir: positionals[0] ?? 'out/release',
    nNames: Number(values.names),
    seed: Number(values.seed),
    crlf: values.crlf,
    openNames: values['open-names'],
  })
  process.stdout.write(`${String(nConcepts)} concepts, ${String(nNames)} names\n`)
}
