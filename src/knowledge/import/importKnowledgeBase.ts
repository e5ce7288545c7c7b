import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import {
  CancelledError,
  ConceptLensError,
  type CancellationToken,
  type Concept,
  type KnowledgeBaseInfo,
  type KnowledgeSource,
  type Problem,
  type Progress,
} from '../../core/index.ts'
import { FORMAT_VERSION, MANIFEST_FILE, type Manifest } from '../store/format.ts'
import { readManifest } from '../store/manifest.ts'
import { sha256Of, writeStore } from '../store/writeStore.ts'
import { createProblemLog, type ImportSink, type SourceDescription, type StoreTitle } from './draft.ts'
import { createJoiner } from './join.ts'
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
  readonly progress?: Progress
  readonly token?: CancellationToken
  /** Leaves the store alone when it was made from the same files in the same format. */
  readonly ifChanged?: boolean
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
  const sources = await openSources(options.sources)
  const imported = sources.map(({ path }) => ({ file: basename(path), sha256: sha256Of(path) }))
  const current = options.ifChanged ? unchanged(out, imported, options.name) : undefined
  if (current)
    return { built: false, info: current, problems: [], nProblems: 0, nJoined: 0, nAmbiguousIds: 0, nConflicts: 0 }

  const problems = createProblemLog()
  const { concepts, descriptions, ...joined } = await gather(sources, options, (problem) =>
    problems.add(problem),
  )
  if (concepts.length === 0)
    throw new ConceptLensError(
      'kb-no-concepts',
      `None of the sources has a concept with a name. ${problems.kept[0]?.message ?? ''}`.trim(),
    )
  const title = titleOf(sources, options.name ?? basename(out))
  const manifest = await writeInPlace(out, (dir) =>
    writeStore(
      dir,
      {
        ...title,
        ...(options.name ? { name: options.name } : {}),
        sources: counted(descriptions, concepts),
        imported,
        concepts,
      },
      (done, total) => {
        checkCancelled(options.token)
        options.progress?.report(SHARE_OF_READING + ((1 - SHARE_OF_READING) * done) / total, 1)
      },
    ),
  )
  return {
    built: true,
    info: infoOf(manifest),
    problems: problems.kept,
    nProblems: problems.count,
    ...joined,
  }
}

/** Reading the sources is about this part of an import. */
const SHARE_OF_READING = 0.4

interface Gathered {
  readonly concepts: readonly Concept[]
  readonly descriptions: ReadonlyMap<string, SourceDescription>
  readonly nJoined: number
  readonly nAmbiguousIds: number
  readonly nConflicts: number
}

async function gather(
  sources: readonly ReadableSource[],
  { progress, token }: ImportOptions,
  onProblem: (problem: Problem) => void,
): Promise<Gathered> {
  const joiner = createJoiner()
  const descriptions = new Map<string, SourceDescription>()
  const total = sources.reduce((sum, { path }) => sum + statSync(path).size, 0)
  let read = 0
  let current = 0
  const sink: ImportSink = {
    concept: (draft) => joiner.add(draft, current),
    equal: (a, b) => joiner.equal(a, b),
    source: (description) => {
      if (!descriptions.has(description.name)) descriptions.set(description.name, description)
    },
    problem: onProblem,
    advance(bytes) {
      checkCancelled(token)
      read += bytes
      progress?.report(total === 0 ? 0 : (SHARE_OF_READING * read) / total, 1)
    },
  }
  for (const source of sources) {
    await source.read(sink)
    current += 1
  }
  checkCancelled(token)
  return { ...joiner.finish(), descriptions }
}

function checkCancelled(token: CancellationToken | undefined): void {
  if (token?.isCancellationRequested) throw new CancelledError()
}

function titleOf(sources: readonly ReadableSource[], fallback: string): StoreTitle {
  return sources.find((source) => source.title)?.title ?? { name: fallback, version: '' }
}

/** The described sources, and those that only names mention, with how much each gave. */
function counted(
  descriptions: ReadonlyMap<string, SourceDescription>,
  concepts: readonly Concept[],
): KnowledgeSource[] {
  const nNames = new Map<string, number>()
  const nConcepts = new Map<string, number>()
  const count = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1)
  for (const concept of concepts) {
    for (const { source } of concept.names) count(nNames, source)
    for (const source of new Set(concept.names.map((name) => name.source))) count(nConcepts, source)
  }
  const labels = new Set([...descriptions.keys(), ...nNames.keys()])
  return [...labels].flatMap((label) => {
    const description = descriptions.get(label) ?? { name: label, title: label, version: '', licence: '' }
    const names = nNames.get(label) ?? 0
    return names === 0 && description.licence === ''
      ? []
      : [{ ...description, nConcepts: nConcepts.get(label) ?? 0, nNames: names }]
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
  imported: Manifest['imported'],
  name: string | undefined,
): KnowledgeBaseInfo | undefined {
  if (!existsSync(join(out, MANIFEST_FILE))) return undefined
  try {
    const manifest = readManifest(out)
    const isSame =
      manifest.formatVersion === FORMAT_VERSION &&
      (name === undefined || name === manifest.name) &&
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
