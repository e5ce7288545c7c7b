import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Problem } from '../../core/index.ts'
import { FILES, FORMAT_VERSION } from '../store/format.ts'
import type { LabelCount } from '../store/build/writeNames.ts'
import { version as program } from '../../../package.json'
import type { SourceDescription } from './draft.ts'
import type { SavedJoiner } from './join.ts'

/** In the directory that an import builds in, until it is done. */
export const CHECKPOINT_FILE = 'checkpoint.json'

/** What an import is made of. Only one with the same key may go on with what another left. */
export interface ImportKey {
  readonly program: string
  readonly format: number
  /** The files of each source with their checksums. */
  readonly sources: readonly (readonly { readonly file: string; readonly sha256: string }[])[]
  readonly selection: string
  /** The checksum of the table of observed names; empty without one. */
  readonly observed: string
}

/** The key of an import by this program. */
export function importKey(sources: ImportKey['sources'], selection: string, observed = ''): ImportKey {
  return { program, format: FORMAT_VERSION, sources, selection, observed }
}

/** What is known when the sources up to `joiner.spool.sourceEnds.length` were read. */
export interface SourcesRead {
  readonly joiner: SavedJoiner
  readonly descriptions: readonly SourceDescription[]
  readonly problems: readonly Problem[]
  readonly nProblems: number
}

/** What is known when the concepts were written: all that the index and the manifest still need. */
export interface ConceptsDone {
  readonly nConcepts: number
  readonly nNames: number
  readonly nameBytes: number
  readonly counts: readonly (readonly [label: string, count: LabelCount])[]
  readonly labels: readonly string[]
  readonly nJoined: number
  readonly nAmbiguousIds: number
  readonly nConflicts: number
  readonly descriptions: readonly SourceDescription[]
  readonly problems: readonly Problem[]
  readonly nProblems: number
}

/** How far an import came: one of the two, or neither. */
export interface Checkpoint {
  readonly key: ImportKey
  readonly read?: SourcesRead
  readonly concepts?: ConceptsDone
  /** With concepts: the sizes of their files. */
  readonly sizes?: readonly number[]
}

/** The files that are complete when the concepts are written. */
const WITH_CONCEPTS = [FILES.concepts, FILES.names, FILES.ids] as const
const WITH_SOURCES = ['drafts.scratch', 'ids.scratch'] as const

/** Notes how far an import came, so that it holds after a loss of power; what it tells of must be on the disk. */
export function saveCheckpoint(dir: string, checkpoint: Checkpoint): void {
  const content = checkpoint.concepts ? { ...checkpoint, sizes: sizesIn(dir) } : checkpoint
  const path = join(dir, CHECKPOINT_FILE)
  const fd = openSync(`${path}.part`, 'w')
  try {
    writeSync(fd, JSON.stringify(content))
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(`${path}.part`, path)
}

/** What was found where another import of the same name was at work: how far it came, or why that is of no use. */
export type Found = { readonly checkpoint: Checkpoint } | { readonly why: string }

/** Looks whether an import with this key can go on with what is in `dir`. */
export function findCheckpoint(dir: string, key: ImportKey): Found {
  const found = readCheckpoint(dir)
  if (!found || (!found.read && !found.concepts)) return { why: 'no source had been read to its end' }
  if (found.key.program !== key.program || found.key.format !== key.format)
    return { why: `it was begun by ConceptLens ${found.key.program}, and this is ${key.program}` }
  const changed = changedFile(found.key.sources, key.sources)
  if (changed !== undefined) return { why: changed }
  if (found.key.selection !== key.selection) return { why: 'another choice of the releases is asked for now' }
  if (found.key.observed !== key.observed) return { why: 'other observed names are asked for now' }
  return isWhole(dir, found) ? { checkpoint: found } : { why: 'what it had written is damaged' }
}

/** Whether the files that a checkpoint tells of have their sizes; what is written behind a checkpoint does not count. */
function isWhole(dir: string, { concepts, read, sizes }: Checkpoint): boolean {
  if (concepts) return JSON.stringify(sizes) === JSON.stringify(sizesIn(dir))
  const { pieces, idBytes } = read!.joiner.spool
  const needed = [pieces.reduce((sum, length) => sum + length, 0), idBytes]
  return WITH_SOURCES.every((file, i) => sizeIn(dir, file) >= needed[i]!)
}

function changedFile(before: ImportKey['sources'], now: ImportKey['sources']): string | undefined {
  const [old, wanted] = [before, now].map((sources) => sources.flat())
  for (const [i, { file, sha256 }] of wanted!.entries())
    if (old![i]?.file !== file) return 'it was made from other sources'
    else if (old![i].sha256 !== sha256) return `${file} has changed since`
  return JSON.stringify(before) === JSON.stringify(now) ? undefined : 'it was made from other sources'
}

/** What a checkpoint says; `undefined` when there is none that can be read. */
export function readCheckpoint(dir: string): Checkpoint | undefined {
  try {
    const found = JSON.parse(readFileSync(join(dir, CHECKPOINT_FILE), 'utf8')) as Partial<Checkpoint>
    return found.key && Array.isArray(found.key.sources) ? (found as Checkpoint) : undefined
  } catch {
    return undefined
  }
}

function sizesIn(dir: string): number[] {
  return WITH_CONCEPTS.map((file) => sizeIn(dir, file))
}

/** −1 for a file that is not there. */
function sizeIn(dir: string, file: string): number {
  return statSync(join(dir, file), { throwIfNoEntry: false })?.size ?? -1
}

/** Removes what the process that was killed had begun after its checkpoint. */
export function removeUnfinished(dir: string, checkpoint: Checkpoint): void {
  const kept = new Set<string>([CHECKPOINT_FILE, ...(checkpoint.concepts ? WITH_CONCEPTS : WITH_SOURCES)])
  for (const file of readdirSync(dir))
    if (!kept.has(file)) rmSync(join(dir, file), { recursive: true, force: true })
}

/** Removes the checkpoint of an import that is done. */
export function removeCheckpoint(dir: string): void {
  rmSync(join(dir, CHECKPOINT_FILE), { force: true })
}

/** How far an import came, for people: `2 of 3 sources were read`. */
export function howFar({ key, read, concepts }: Checkpoint): string {
  if (concepts) return 'the concepts were written'
  return `${read?.joiner.spool.sourceEnds.length ?? 0} of ${key.sources.length} sources were read`
}
