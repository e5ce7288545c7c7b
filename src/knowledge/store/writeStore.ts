import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Concept, ConceptRef, KnowledgeSource } from '../../core/index.ts'
import type { NameVectors } from '../vectors/nameVectors.ts'
import { distinctForms } from './build/distinctForms.ts'
import { startEncoding, type StartEncoding } from './build/encodeForms.ts'
import { numberedLabels } from './build/limits.ts'
import { rereadNames, sampledNames } from './build/rereadNames.ts'
import { createConceptsWriter } from './build/writeConcepts.ts'
import { writeForms } from './build/writeForms.ts'
import { writeGrams } from './build/writeGrams.ts'
import { writeVectors } from './build/writeVectors.ts'
import { createNamesWriter, type LabelCount } from './build/writeNames.ts'
import {
  FILES,
  FORMAT_VERSION,
  MANIFEST_FILE,
  MAX_BLOCK_SIZE,
  VECTORS_FILE,
  type Manifest,
} from './format.ts'
import { createPace, type Pace } from './pace.ts'

/** What a store is made from. */
export interface StoreContent {
  readonly name: string
  readonly version: string
  readonly imported: Manifest['imported']
  readonly selection?: string
  /** The source labels of all names and definitions. */
  readonly labels: Iterable<string>
  /** What to say of the sources, given how much of each label there is. */
  readonly sources: (counts: ReadonlyMap<string, LabelCount>) => readonly KnowledgeSource[]
  /** In the order of their ids' UTF-8 bytes, ids distinct; gone through once. */
  readonly concepts: Iterable<Concept>
  readonly nConcepts: number
  /** The concept that has this id as its own. */
  readonly refOf: (id: string) => ConceptRef | undefined
  /** Forms per block of the gram index, a multiple of 16; by default 65,536, the most. Tests use small ones. */
  readonly blockSize?: number
  /** What to make vectors of the names with; without it the store has none. */
  readonly vectors?: NameVectors | undefined
  /** Begins to compute vectors in a thread, while names are indexed; without it they are computed afterwards. */
  readonly startThread?: StartEncoding
}

/**
 * Writes a whole store into a new directory and waits for the disk. Memory is bounded by a few numbers a name; texts
 * are sorted in scratch files beside the store's own, which are gone at the end.
 */
export async function writeStore(
  dir: string,
  content: StoreContent,
  pace: Pace = createPace(),
): Promise<Manifest> {
  mkdirSync(dir, { recursive: true })
  return finishStore(dir, { ...content, written: await writeConcepts(dir, content, pace) }, pace)
}

/** What the index and the manifest are made from. */
export interface StoreEnd extends Omit<StoreContent, 'concepts' | 'nConcepts' | 'refOf'> {
  readonly written: WrittenConcepts
}

/** Writes what a store has beside the files of {@link writeConcepts}, which may have been written by an earlier process. */
export async function finishStore(dir: string, content: StoreEnd, pace: Pace): Promise<Manifest> {
  const { written, vectors } = content
  const blockSize = content.blockSize ?? MAX_BLOCK_SIZE
  const labels = numberedLabels(content.labels)
  const names = { path: join(dir, FILES.names), nNames: written.nNames, bytes: written.nameBytes }
  const forms = await distinctForms(
    dir,
    {
      texts: rereadNames(names.path),
      sample: sampledNames(names.path),
      nNames: names.nNames,
      bytes: names.bytes,
    },
    pace,
  )
  const encoding = vectors && startEncoding(forms, vectors, content.startThread)
  try {
    const numbers = await writeForms(join(dir, FILES.forms), forms, pace)
    await writeGrams(forms, { dir, path: join(dir, FILES.grams), blockSize, numbers }, pace)
    if (vectors && encoding) {
      const { nCells } = vectors.quantizer
      await writeVectors(join(dir, VECTORS_FILE), { encoding, numbers, nCells }, pace)
    }
  } finally {
    await encoding?.end()
  }
  forms.remove()
  pace.stage('computing checksums', 0.02)
  const manifest: Manifest = {
    format: 'conceptlens-kb',
    formatVersion: FORMAT_VERSION,
    name: content.name,
    version: content.version,
    ...checksums(dir, labels, vectors ? [...Object.values(FILES), VECTORS_FILE] : Object.values(FILES)),
    nConcepts: written.nConcepts,
    nNames: written.nNames,
    nForms: forms.nForms,
    blockSize,
    sources: [...content.sources(written.counts)],
    labels,
    imported: content.imported,
    selection: content.selection ?? '',
    vectors: vectors?.fingerprint ?? '',
  }
  writeSynced(join(dir, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`)
  return manifest
}

/** What is in the files of {@link writeConcepts}. */
export interface WrittenConcepts {
  readonly nConcepts: number
  readonly nNames: number
  readonly nameBytes: number
  readonly counts: ReadonlyMap<string, LabelCount>
}

/** Writes `names.bin`, `concepts.bin` and `ids.bin` into a directory, and waits for the disk. */
export async function writeConcepts(
  dir: string,
  content: Pick<StoreContent, 'labels' | 'concepts' | 'nConcepts' | 'refOf'>,
  pace: Pace,
): Promise<WrittenConcepts> {
  const labels = numberedLabels(content.labels)
  const namesPath = join(dir, FILES.names)
  const names = createNamesWriter(namesPath, labels)
  const concepts = createConceptsWriter({
    conceptsPath: join(dir, FILES.concepts),
    idsPath: join(dir, FILES.ids),
    refOf: content.refOf,
  })
  try {
    pace.stage('writing concepts', 0.15)
    for (const concept of content.concepts) {
      names.add(concept.names)
      concepts.add(concept)
      if (concepts.nConcepts % 4096 === 0) await pace.tick(concepts.nConcepts, content.nConcepts, 'concepts')
    }
    names.finish()
    concepts.finish()
  } catch (error) {
    names.abandon()
    concepts.abandon()
    throw error
  }
  return {
    nConcepts: concepts.nConcepts,
    nNames: names.nNames,
    nameBytes: statSync(namesPath).size,
    counts: new Map(labels.map((label, i) => [label, names.counts[i]!])),
  }
}

function checksums(
  dir: string,
  labels: readonly string[],
  names: readonly string[],
): Pick<Manifest, 'files' | 'fingerprint'> {
  const files = Object.fromEntries(
    names.map((file) => {
      const path = join(dir, file)
      return [file, { bytes: statSync(path).size, sha256: sha256Of(path) }]
    }),
  )
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([FORMAT_VERSION, labels, files]))
    .digest('hex')
  return { files, fingerprint }
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
