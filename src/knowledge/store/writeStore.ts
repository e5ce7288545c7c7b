import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { ConceptLensError, type Concept, type KnowledgeSource } from '../../core/index.ts'
import { hashOf } from '../names/hash.ts'
import { FILES, FORMAT_VERSION, MANIFEST_FILE, MAX_BLOCK_SIZE, NAME_KINDS, type Manifest } from './format.ts'
import { gramSections } from './gramLists.ts'
import { formsOf, formSections } from './forms.ts'
import { writeSectionFile, type SectionData } from './sectionFile.ts'

const MAX_LABELS = 8_192
const MAX_TEXT_BYTES = 2 ** 32 - 1

/** What a store is made from. */
export interface StoreContent {
  readonly name: string
  readonly version: string
  readonly sources: readonly KnowledgeSource[]
  readonly imported: Manifest['imported']
  /** Sorted by id, ids distinct. */
  readonly concepts: readonly Concept[]
  /** Forms per block of the gram index, a multiple of 16; by default 65,536, the most. Tests use small ones. */
  readonly blockSize?: number
}

/** Writes a whole store into a new directory and waits for the disk. Called between steps: `report(done, total)`. */
export function writeStore(
  dir: string,
  content: StoreContent,
  report: (done: number, total: number) => void = () => {},
): Manifest {
  mkdirSync(dir, { recursive: true })
  const { concepts, blockSize = MAX_BLOCK_SIZE } = content
  const labels = labelsOf(concepts)
  const forms = formsOf(concepts)
  report(1, 5)
  writeSectionFile(join(dir, FILES.names), nameSections(concepts, labels))
  writeSectionFile(join(dir, FILES.ids), idSections(concepts))
  writeSectionFile(join(dir, FILES.concepts), conceptSections(concepts))
  report(2, 5)
  writeSectionFile(join(dir, FILES.forms), formSections(forms))
  report(3, 5)
  writeSectionFile(join(dir, FILES.grams), gramSections(forms, blockSize))
  report(4, 5)
  const manifest = manifestOf(dir, content, { labels, nForms: forms.texts.length })
  writeSynced(join(dir, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`)
  report(5, 5)
  return manifest
}

function manifestOf(
  dir: string,
  content: StoreContent,
  made: { labels: string[]; nForms: number },
): Manifest {
  const files = Object.fromEntries(
    Object.values(FILES).map((file) => {
      const path = join(dir, file)
      return [file, { bytes: statSync(path).size, sha256: sha256Of(path) }]
    }),
  )
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([FORMAT_VERSION, made.labels, files]))
    .digest('hex')
  return {
    format: 'conceptlens-kb',
    formatVersion: FORMAT_VERSION,
    name: content.name,
    version: content.version,
    fingerprint,
    nConcepts: content.concepts.length,
    nNames: content.concepts.reduce((sum, concept) => sum + concept.names.length, 0),
    nForms: made.nForms,
    blockSize: content.blockSize ?? MAX_BLOCK_SIZE,
    sources: [...content.sources],
    labels: made.labels,
    files,
    imported: content.imported,
  }
}

function writeSynced(path: string, text: string): void {
  const fd = openSync(path, 'wx')
  try {
    writeSync(fd, text)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** The SHA-256 of a file in hexadecimal, read in pieces. */
export function sha256Of(path: string): string {
  const hash = createHash('sha256')
  const buffer = new Uint8Array(1 << 20)
  const fd = openSync(path, 'r')
  try {
    for (let n = readSync(fd, buffer); n > 0; n = readSync(fd, buffer)) hash.update(buffer.subarray(0, n))
  } finally {
    closeSync(fd)
  }
  return hash.digest('hex')
}

function labelsOf(concepts: readonly Concept[]): string[] {
  const labels = new Set<string>()
  for (const { names, definitions } of concepts) {
    for (const { source } of names) labels.add(source)
    for (const { source } of definitions) labels.add(source)
  }
  if (labels.size > MAX_LABELS)
    throw new ConceptLensError(
      'kb-too-many-sources',
      `The sources of names have ${String(labels.size)} different labels; at most ${String(MAX_LABELS)} are allowed. Use short source names, not a value per row.`,
    )
  return [...labels].sort()
}

function nameSections(concepts: readonly Concept[], labels: readonly string[]): SectionData[] {
  const numberOf = new Map(labels.map((label, i) => [label, i]))
  const names = concepts.flatMap((concept) => concept.names)
  const texts = new TextColumn(names.length)
  const counts = new Uint32Array(names.length)
  const tags = new Uint16Array(names.length)
  names.forEach((name, row) => {
    texts.add(name.text)
    counts[row] = name.count
    tags[row] = NAME_KINDS.indexOf(name.kind) + 8 * (numberOf.get(name.source) ?? 0)
  })
  return [texts.bytes(), texts.offsets, counts, tags]
}

function conceptSections(concepts: readonly Concept[]): SectionData[] {
  const records = new TextColumn(concepts.length)
  const firstName = new Uint32Array(concepts.length + 1)
  const counts = new Uint32Array(concepts.length)
  concepts.forEach((concept, ref) => {
    records.add(recordOf(concept))
    firstName[ref + 1] = firstName[ref]! + concept.names.length
    counts[ref] = concept.names.reduce((sum, name) => sum + name.count, 0)
  })
  return [records.bytes(), records.offsets, firstName, counts, ...childSections(concepts)]
}

const list = (values: readonly string[]): string => values.join('\x1f')

function recordOf({ id, types, groups, parents, xrefs, definitions }: Concept): string {
  const lines = [`${id}\t${list(types)}\t${list(groups)}`, `${list(parents)}\t${list(xrefs)}`]
  for (const { source, text } of definitions) lines.push(`${source}\t${text}`)
  return lines.join('\n')
}

function childSections(concepts: readonly Concept[]): [Uint32Array, Uint32Array] {
  const refs = new Map(concepts.map((concept, ref) => [concept.id, ref]))
  const children = new Map<number, number[]>()
  concepts.forEach((concept, child) => {
    for (const id of concept.parents) {
      const parent = refs.get(id)
      if (parent === undefined || parent === child) continue
      const list = children.get(parent)
      if (list) list.push(child)
      else children.set(parent, [child])
    }
  })
  const starts = new Uint32Array(concepts.length + 1)
  concepts.forEach((_, ref) => (starts[ref + 1] = starts[ref]! + (children.get(ref)?.length ?? 0)))
  const all = new Uint32Array(starts[concepts.length] ?? 0)
  for (const [parent, list] of children) all.set(list, starts[parent])
  return [starts, all]
}

function idSections(concepts: readonly Concept[]): SectionData[] {
  const entries = concepts.flatMap(({ id, xrefs }, ref) =>
    [...new Set([id, ...xrefs])].map((key) => ({ hash: hashOf(key), ref })),
  )
  entries.sort((a, b) => a.hash - b.hash || a.ref - b.ref)
  return [Uint32Array.from(entries, (entry) => entry.hash), Uint32Array.from(entries, (entry) => entry.ref)]
}

/** Texts one behind the other in UTF-8, with where each begins. */
class TextColumn {
  readonly offsets: Uint32Array
  #buffer = Buffer.alloc(1 << 16)
  #length = 0
  #n = 0

  constructor(n: number) {
    this.offsets = new Uint32Array(n + 1)
  }

  add(text: string): void {
    const most = text.length * 3
    if (this.#length + most > this.#buffer.length) this.#grow(this.#length + most)
    this.#length += this.#buffer.write(text, this.#length)
    if (this.#length > MAX_TEXT_BYTES)
      throw new ConceptLensError(
        'kb-too-large',
        'The texts of the knowledge base exceed 4 GiB. Import fewer sources into one store.',
      )
    this.#n += 1
    this.offsets[this.#n] = this.#length
  }

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length)
  }

  #grow(least: number): void {
    const grown = Buffer.alloc(Math.max(least, this.#buffer.length * 2))
    this.#buffer.copy(grown, 0, 0, this.#length)
    this.#buffer = grown
  }
}
