import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import {
  ConceptLensError,
  type CancellationToken,
  type KnowledgeBaseInfo,
  type Problem,
} from '../../core/index.ts'
import { FORMAT_VERSION, MANIFEST_FILE, type Manifest } from '../store/format.ts'
import { readManifest } from '../store/manifest.ts'
import { VECTORS_SHARE } from '../store/build/writeVectors.ts'
import { createPace, type BuildProgress } from '../store/pace.ts'
import { sha256Of } from '../store/writeStore.ts'
import type { StartEncoding } from '../store/build/encodeForms.ts'
import type { NameVectors } from '../vectors/nameVectors.ts'
import { buildStore, filesOf } from './buildStore.ts'
import { findCheckpoint, howFar, importKey, type Checkpoint } from './checkpoint.ts'
import type { StoreTitle } from './draft.ts'
import { readObservedNames } from './observedNames.ts'
import { selectionKey, type ReleaseSelection } from './rrf/selection.ts'
import { openSources, type ReadableSource } from './sources.ts'
import { writeInPlace } from './writeInPlace.ts'

/** What to import, and where to. */
export interface ImportOptions {
  /** Files; their kinds are told by their content. */
  readonly sources: readonly string[]
  /** The directory of the store. An older store there is replaced when the new one is complete. */
  readonly out: string
  /** The store's name; by default that of the first concepts table, else the directory's. */
  readonly name?: string
  readonly progress?: BuildProgress
  readonly token?: CancellationToken
  /** Leaves the store alone when it was made from the same files in the same format. */
  readonly ifChanged?: boolean
  /** Hears, before work starts, that an import into `out` was interrupted, and whether this one goes on from there or why not. */
  readonly onInterrupted?: (words: string) => void
  /** A concepts table; what it says of how often names were used for an id is added to the concepts with that id. */
  readonly observed?: string
  /** What to take of UMLS and RxNorm releases; by default their English names that are not suppressible. */
  readonly selection?: ReleaseSelection
  /** An encoder of names: the store then has a vector for each of them. */
  readonly vectors?: NameVectors | undefined
  /** Begins to compute vectors in a thread, while names are indexed; without it they are computed afterwards. */
  readonly startThread?: StartEncoding
}

/** How an import went. */
export interface ImportResult {
  /** `false` when the store was up to date already. */
  readonly built: boolean
  readonly info: KnowledgeBaseInfo
  /** The first 100 problems. */
  readonly problems: readonly Problem[]
  readonly nProblems: number
  /** Concepts that became part of another because it names them as its equal. */
  readonly nJoined: number
  /** Native ids that several concepts name as their equal; they resolve to each. */
  readonly nAmbiguousIds: number
  /** Mappings that were not followed, because they would join two CUIs or two concepts of one file. */
  readonly nConflicts: number
}

/**
 * Builds a knowledge base from files. The store appears whole or not at all: it is made in a directory beside `out`,
 * written to the disk, and renamed. After a kill or a loss of power, the next import of the same goes on from the last
 * source that was read, or from the written concepts. Throws `ConceptLensError` before any work when a source is missing or of no known
 * kind, and `CancelledError` when the token says so; bad rows are counted and left out.
 */
export async function importKnowledgeBase(options: ImportOptions): Promise<ImportResult> {
  const out = resolve(options.out)
  checkTarget(out)
  const sources = await openSources(options.sources, options.selection)
  const hashed = (file: string) => ({ file: basename(file), sha256: sha256Of(file) })
  const files = sources.map((source) => filesOf(source).map(hashed))
  const observedFile = options.observed === undefined ? [] : [hashed(options.observed)]
  const made = { imported: [...files.flat(), ...observedFile], selection: selectionKey(options.selection) }
  const current = options.ifChanged ? unchanged(out, made, options) : undefined
  if (current)
    return {
      built: false,
      info: current,
      problems: [],
      nProblems: 0,
      nJoined: 0,
      nAmbiguousIds: 0,
      nConflicts: 0,
    }

  const observed = options.observed === undefined ? undefined : await readObservedNames(options.observed)
  const key = importKey(files, made.selection, observedFile[0]?.sha256)
  let checkpoint: Checkpoint | undefined
  const isWanted = (leftover: string): boolean => {
    const found = findCheckpoint(leftover, key)
    if ('why' in found) options.onInterrupted?.(`An import that was interrupted starts over: ${found.why}.`)
    else {
      checkpoint = found.checkpoint
      options.onInterrupted?.(`An import that was interrupted goes on: ${howFar(checkpoint)}.`)
    }
    return checkpoint !== undefined
  }
  const { manifest, ...joined } = await writeInPlace(
    out,
    (dir) =>
      buildStore(dir, {
        sources,
        key,
        made,
        ...(checkpoint && { checkpoint }),
        title: titleOf(sources, options, basename(out)),
        observed,
        pace: createPace(options.progress, options.token, options.vectors ? 1 + VECTORS_SHARE : 1),
        vectors: options.vectors,
        ...(options.startThread && { startThread: options.startThread }),
      }),
    isWanted,
  )
  return { built: true, info: infoOf(manifest), ...joined }
}

function titleOf(
  sources: readonly ReadableSource[],
  { name }: Pick<ImportOptions, 'name'>,
  fallback: string,
): StoreTitle {
  const title = sources.find((source) => source.title)?.title ?? { name: fallback, version: '' }
  return name ? { ...title, name } : title
}

/** What a store says of itself. */
export function infoOf({
  name,
  version,
  fingerprint,
  nConcepts,
  nNames,
  sources,
}: Manifest): KnowledgeBaseInfo {
  return { name, version, fingerprint, nConcepts, nNames, sources }
}

function unchanged(
  out: string,
  { imported, selection }: Pick<Manifest, 'imported' | 'selection'>,
  { name, vectors }: Pick<ImportOptions, 'name' | 'vectors'>,
): KnowledgeBaseInfo | undefined {
  if (!existsSync(join(out, MANIFEST_FILE))) return undefined
  try {
    const manifest = readManifest(out)
    const isSame =
      manifest.formatVersion === FORMAT_VERSION &&
      (name === undefined || name === manifest.name) &&
      manifest.selection === selection &&
      manifest.vectors === (vectors?.fingerprint ?? '') &&
      JSON.stringify(manifest.imported) === JSON.stringify(imported) &&
      Object.entries(manifest.files).every(([file, { bytes }]) => statSync(join(out, file)).size === bytes)
    return isSame ? infoOf(manifest) : undefined
  } catch {
    return undefined // Unusable is as good as changed: build it again.
  }
}

/** Refuses to replace anything that is not a store. */
function checkTarget(out: string): void {
  if (!existsSync(out)) return
  const isStore =
    statSync(out).isDirectory() && (existsSync(join(out, MANIFEST_FILE)) || readdirSync(out).length === 0)
  if (!isStore)
    throw new ConceptLensError(
      'kb-out-not-empty',
      `${out} exists and is not a knowledge base, so it is left alone. Choose a new or empty directory.`,
    )
}
