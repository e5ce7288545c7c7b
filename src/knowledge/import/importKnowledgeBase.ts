import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import {
  ConceptLensError,
  type CancellationToken,
  type KnowledgeBaseInfo,
  type KnowledgeSource,
  type Problem,
} from '../../core/index.ts'
import { FORMAT_VERSION, MANIFEST_FILE, type Manifest } from '../store/format.ts'
import { readManifest } from '../store/manifest.ts'
import { createPace, type BuildProgress, type Pace } from '../store/pace.ts'
import type { LabelCount } from '../store/build/writeNames.ts'
import { sha256Of, writeStore } from '../store/writeStore.ts'
import { createProblemLog, type ImportSink, type SourceDescription, type StoreTitle } from './draft.ts'
import { createJoiner, type Joiner } from './join.ts'
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
  /** What to take of UMLS and RxNorm releases; by default their English names that are not suppressible. */
  readonly selection?: ReleaseSelection
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
 * written to the disk, and renamed. Throws `ConceptLensError` before any work when a source is missing or of no known
 * kind, and `CancelledError` when the token says so; bad rows are counted and left out.
 */
export async function importKnowledgeBase(options: ImportOptions): Promise<ImportResult> {
  const out = resolve(options.out)
  checkTarget(out)
  const sources = await openSources(options.sources, options.selection)
  const imported = sources.flatMap(filesOf).map((file) => ({ file: basename(file), sha256: sha256Of(file) }))
  const made = { imported, selection: selectionKey(options.selection) }
  const current = options.ifChanged ? unchanged(out, made, options.name) : undefined
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

  const pace = createPace(options.progress, options.token)
  const problems = createProblemLog()
  const { manifest, ...joined } = await writeInPlace(out, async (dir) => {
    mkdirSync(dir)
    const joiner = createJoiner(dir)
    try {
      const descriptions = await gather(sources, {
        joiner,
        pace,
        onProblem: (problem) => problems.add(problem),
      })
      const { nJoined, nAmbiguousIds, nConflicts, ...content } = await joiner.finish(pace)
      if (content.nConcepts === 0)
        throw new ConceptLensError(
          'kb-no-concepts',
          `None of the sources has a concept with a name. ${problems.kept[0]?.message ?? ''}`.trim(),
        )
      const written = await writeStore(
        dir,
        {
          ...titleOf(sources, options.name ?? basename(out)),
          ...(options.name ? { name: options.name } : {}),
          ...content,
          labels: joiner.labels,
          sources: (counts) => counted(descriptions, counts),
          ...made,
        },
        pace,
      )
      return { manifest: written, nJoined, nAmbiguousIds, nConflicts }
    } finally {
      joiner.remove()
    }
  })
  return {
    built: true,
    info: infoOf(manifest),
    problems: problems.kept,
    nProblems: problems.count,
    ...joined,
  }
}

interface Gathering {
  readonly joiner: Joiner
  readonly pace: Pace
  readonly onProblem: (problem: Problem) => void
}

/** Reads all sources into the joiner and returns what they say of themselves. */
async function gather(
  sources: readonly ReadableSource[],
  { joiner, pace, onProblem }: Gathering,
): Promise<ReadonlyMap<string, SourceDescription>> {
  const descriptions = new Map<string, SourceDescription>()
  const total = sources.reduce((sum, source) => sum + (source.bytes ?? sizeOf(source)), 0)
  let read = 0
  let current = 0
  pace.stage('reading sources', 0.3)
  const sink: ImportSink = {
    concept: (draft) => joiner.add(draft, current),
    equal: (a, b) => joiner.equal(a, b),
    source: (description) => {
      if (!descriptions.has(description.name)) descriptions.set(description.name, description)
    },
    problem: onProblem,
    advance(bytes) {
      read += bytes
      pace.note(read, total, 'bytes')
    },
  }
  for (const source of sources) {
    await source.read(sink)
    current += 1
  }
  return descriptions
}

const filesOf = ({ path, files }: ReadableSource): readonly string[] => files ?? [path]

const sizeOf = (source: ReadableSource): number =>
  filesOf(source).reduce((sum, file) => sum + statSync(file).size, 0)

function titleOf(sources: readonly ReadableSource[], fallback: string): StoreTitle {
  return sources.find((source) => source.title)?.title ?? { name: fallback, version: '' }
}

/** The described sources, and those that only names mention, with how much each gave. */
function counted(
  descriptions: ReadonlyMap<string, SourceDescription>,
  counts: ReadonlyMap<string, LabelCount>,
): KnowledgeSource[] {
  const named = [...counts].filter(([, { nNames }]) => nNames > 0).map(([label]) => label)
  return [...new Set([...descriptions.keys(), ...named])].flatMap((label) => {
    const description = descriptions.get(label) ?? { name: label, title: label, version: '', licence: '' }
    const { nNames, nConcepts } = counts.get(label) ?? { nNames: 0, nConcepts: 0 }
    return nNames === 0 && description.licence === '' ? [] : [{ ...description, nConcepts, nNames }]
  })
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
  name: string | undefined,
): KnowledgeBaseInfo | undefined {
  if (!existsSync(join(out, MANIFEST_FILE))) return undefined
  try {
    const manifest = readManifest(out)
    const isSame =
      manifest.formatVersion === FORMAT_VERSION &&
      (name === undefined || name === manifest.name) &&
      manifest.selection === selection &&
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
