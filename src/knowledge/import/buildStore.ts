import { mkdirSync, statSync } from 'node:fs'
import { ConceptLensError, type Concept, type KnowledgeSource, type Problem } from '../../core/index.ts'
import type { Manifest } from '../store/format.ts'
import type { StartEncoding } from '../store/build/encodeForms.ts'
import type { NameVectors } from '../vectors/nameVectors.ts'
import type { Pace } from '../store/pace.ts'
import type { LabelCount } from '../store/build/writeNames.ts'
import { finishStore, writeConcepts } from '../store/writeStore.ts'
import {
  removeCheckpoint,
  removeUnfinished,
  saveCheckpoint,
  type Checkpoint,
  type ConceptsDone,
  type ImportKey,
  type SourcesRead,
} from './checkpoint.ts'
import { createProblemLog, type ImportSink, type SourceDescription, type StoreTitle } from './draft.ts'
import { createJoiner, type Joined, type Joiner } from './join.ts'
import type { ObservedNames } from './observedNames.ts'
import type { ReadableSource } from './sources.ts'

/** What of the work, by measure, reading, joining and writing concepts take. */
const SHARES = { reading: 0.3, joining: 0.06, writing: 0.15 }

/** What to build, and from where to go on. */
export interface Build {
  readonly sources: readonly ReadableSource[]
  readonly key: ImportKey
  /** What an import that was killed left in the directory. */
  readonly checkpoint?: Checkpoint
  readonly title: StoreTitle
  /** Added to the concepts of the sources; never makes one. */
  readonly observed?: ObservedNames | undefined
  readonly made: Pick<Manifest, 'imported' | 'selection'>
  readonly pace: Pace
  readonly vectors?: NameVectors | undefined
  readonly startThread?: StartEncoding
}

/** A store that was built, and how its sources were joined. */
export type Built = { readonly manifest: Manifest } & Pick<
  ConceptsDone,
  'problems' | 'nProblems' | 'nJoined' | 'nAmbiguousIds' | 'nConflicts'
>

/**
 * Builds a store in `dir`, which does not exist yet or has what the checkpoint tells of. Notes how far it came after
 * every source and when the concepts are written; what comes out does not depend on where it began.
 */
export async function buildStore(dir: string, build: Build): Promise<Built> {
  const { checkpoint, title, made, pace } = build
  if (checkpoint) removeUnfinished(dir, checkpoint)
  else mkdirSync(dir)
  let concepts = checkpoint?.concepts
  if (concepts) pace.skip(SHARES.reading + SHARES.joining + SHARES.writing)
  else concepts = await joinedConcepts(dir, build)
  const counts = new Map(concepts.counts)
  const manifest = await finishStore(
    dir,
    {
      ...title,
      labels: concepts.labels,
      sources: (found) => describedSources(concepts.descriptions, found),
      ...made,
      vectors: build.vectors,
      ...(build.startThread && { startThread: build.startThread }),
      written: { ...concepts, counts },
    },
    pace,
  )
  removeCheckpoint(dir)
  const { problems, nProblems, nJoined, nAmbiguousIds, nConflicts } = concepts
  return { manifest, problems, nProblems, nJoined, nAmbiguousIds, nConflicts }
}

/** Reads the sources that were not read yet, joins them, and writes the concepts. */
async function joinedConcepts(dir: string, build: Build): Promise<ConceptsDone> {
  const { checkpoint, key, observed, pace } = build
  const joiner = createJoiner(dir, checkpoint?.read?.joiner)
  try {
    const { descriptions, problems, nProblems } = await gather(dir, build, joiner)
    const { nJoined, nAmbiguousIds, nConflicts, ...joined } = await joiner.finish(pace)
    const content = {
      ...joined,
      concepts: observed ? withObserved(joined, observed) : joined.concepts,
    }
    if (content.nConcepts === 0)
      throw new ConceptLensError(
        'kb-no-concepts',
        `None of the sources has a concept with a name. ${problems[0]?.message ?? ''}`.trim(),
      )
    const corpora = observed?.sources ?? []
    const labels = [...new Set([...joiner.labels, ...corpora.map(({ name }) => name)])]
    const { counts, ...written } = await writeConcepts(dir, { ...content, labels }, pace)
    const used = corpora.filter(({ name }) => (counts.get(name)?.nNames ?? 0) > 0)
    const concepts = {
      ...written,
      counts: [...counts],
      labels,
      nJoined,
      nAmbiguousIds,
      nConflicts,
      descriptions: [...descriptions, ...used],
      problems,
      nProblems,
    }
    saveCheckpoint(dir, { key, concepts })
    return concepts
  } finally {
    joiner.remove()
  }
}

function* withObserved(
  { concepts, refOf }: Pick<Joined, 'concepts' | 'refOf'>,
  observed: ObservedNames,
): Generator<Concept> {
  for (const concept of concepts) yield observed.addTo(concept, refOf)
}

/** Reads sources into the joiner, and notes after each how far it came. */
async function gather(
  dir: string,
  { sources, key, checkpoint, pace }: Build,
  joiner: Joiner,
): Promise<Omit<SourcesRead, 'joiner'>> {
  const before = checkpoint?.read
  const problems = createProblemLog(before)
  const descriptions = new Map(before?.descriptions.map((one) => [one.name, one]))
  const sizes = sources.map((source) => source.bytes ?? sizeOf(source))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const first = before?.joiner.spool.sourceEnds.length ?? 0
  const done = sizes.slice(0, first).reduce((sum, size) => sum + size, 0)
  const share = total === 0 ? 0 : (SHARES.reading * done) / total
  pace.skip(share)
  pace.stage('reading sources', SHARES.reading - share)
  let read = 0
  let current = first
  const sink: ImportSink = {
    concept: (draft) => joiner.add(draft, current),
    equal: (a, b) => joiner.equal(a, b),
    source: (description) => {
      if (!descriptions.has(description.name)) descriptions.set(description.name, description)
    },
    problem: (problem: Problem) => problems.add(problem),
    advance(bytes) {
      read += bytes
      pace.note(read, total - done, 'bytes')
    },
  }
  const found = (): Omit<SourcesRead, 'joiner'> => ({
    descriptions: [...descriptions.values()],
    problems: problems.kept,
    nProblems: problems.count,
  })
  for (const source of sources.slice(first)) {
    await source.read(sink)
    saveCheckpoint(dir, { key, read: { joiner: joiner.save(), ...found() } })
    current += 1
  }
  return found()
}

/** The files that a source is read from. */
export function filesOf({ path, files }: ReadableSource): readonly string[] {
  return files ?? [path]
}

const sizeOf = (source: ReadableSource): number =>
  filesOf(source).reduce((sum, file) => sum + statSync(file).size, 0)

/** The described sources, and those that only names mention, with how much each gave. */
function describedSources(
  descriptions: readonly SourceDescription[],
  counts: ReadonlyMap<string, LabelCount>,
): KnowledgeSource[] {
  const byName = new Map(descriptions.map((one) => [one.name, one]))
  const named = [...counts].filter(([, { nNames }]) => nNames > 0).map(([label]) => label)
  return [...new Set([...byName.keys(), ...named])].flatMap((label) => {
    const description = byName.get(label) ?? { name: label, title: label, version: '', licence: '' }
    const { nNames, nConcepts } = counts.get(label) ?? { nNames: 0, nConcepts: 0 }
    return nNames === 0 && description.licence === '' ? [] : [{ ...description, nConcepts, nNames }]
  })
}
