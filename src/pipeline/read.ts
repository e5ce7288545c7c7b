import * as v from 'valibot'
import { checkOrder } from './checks.ts'
import { readFile, type FileContent, type PipelineFile } from './file.ts'
import { nearest } from './nearest.ts'
import type { KeyPath, PipelineProblem } from './problem.ts'
import { pipelineSchema, type DetectorOptions, type Pipeline } from './schema.ts'

/** The pipelines that ship with the program, by name: files of `media/pipelines`. */
export const PRESETS = ['default', 'fast', 'accurate', 'zero-shot', 'dictionary-only'] as const

/** The files around a description. */
export interface PipelineFiles {
  /** The text of a file that ships with the program. */
  preset(name: (typeof PRESETS)[number]): string
  /** The text of a file; `undefined` when there is none. */
  read(path: string): string | undefined
  /** Whether there is a file or folder. */
  exists(path: string): boolean
  /** A path as another file says it: from that file's folder, or absolute. */
  resolve(file: string, path: string): string
}

/** A pipeline, unless there are problems. */
export interface ReadPipeline {
  readonly pipeline?: Pipeline
  readonly problems: readonly PipelineProblem[]
  /** A problem that only shows where the pipeline is to be run, with its place in the file that says so. */
  readonly problemAt: PipelineFile['problemAt']
}

/** What a preset is called where a file has its path. */
const presetFile = (name: string): string => `preset ${name}`

/**
 * Reads the pipeline of a file with all that it extends, down to the default one. Paths in it become absolute. Never throws:
 * every problem has its place.
 * @param file its path, for messages and for the paths in it
 */
export function readPipeline(file: string, text: string, files: PipelineFiles): ReadPipeline {
  const own = readFile(file, text)
  const chain = chainOf(own, files)
  const problems = chain.flatMap((one) => one.problems)
  const problemAt: PipelineFile['problemAt'] = (path, code, message) =>
    (chain.find((one) => one.has(path)) ?? own).problemAt(path, code, message)
  if (problems.length > 0) return { problems, problemAt }
  const merged = chain.map((one) => withoutExtends(withPaths(one, files))).reduceRight<unknown>(merge, {})
  const pipeline = v.parse(pipelineSchema, merged)
  const found = [...checkOrder(pipeline), ...missingPaths(pipeline, files)].map(({ path, code, message }) =>
    problemAt(path, code, message),
  )
  return found.length > 0 ? { problems: found, problemAt } : { pipeline, problems: [], problemAt }
}

/** Reads a pipeline that ships with the program. @throws when the program is damaged */
export function readPreset(name: (typeof PRESETS)[number], files: PipelineFiles): Pipeline {
  const { pipeline, problems } = readPresetFile(name, files)
  if (!pipeline) throw new Error(problems.map(({ message }) => message).join(' '))
  return pipeline
}

/** Reads a pipeline that ships with the program as one of a person's own is read. */
export function readPresetFile(name: (typeof PRESETS)[number], files: PipelineFiles): ReadPipeline {
  return readPipeline(presetFile(name), files.preset(name), files)
}

/** Whether a word names a pipeline that ships with the program. */
export function isPreset(name: string): name is (typeof PRESETS)[number] {
  return (PRESETS as readonly string[]).includes(name)
}

/** The file, what it extends, and so on; the last one is the default pipeline. */
function chainOf(first: PipelineFile, files: PipelineFiles): readonly PipelineFile[] {
  const chain = [first]
  for (let one = first; one.content && one.file !== presetFile('default');) {
    const named = one.content.extends ?? 'default'
    const wrong = (message: string) => [
      ...chain,
      { ...one, problems: [one.problemAt(['extends'], 'pipeline-extends', message)] },
    ]
    const path = isPreset(named) ? presetFile(named) : files.resolve(one.file, named)
    if (chain.some(({ file }) => file === path))
      return wrong(
        `${named} is extended by itself. Let one of these files extend another: ${PRESETS.join(', ')}.`,
      )
    const text = isPreset(named) ? files.preset(named) : files.read(path)
    if (text === undefined) return wrong(notThere(named, path))
    one = readFile(path, text)
    chain.push(one)
  }
  return chain
}

function notThere(named: string, path: string): string {
  const meant = nearest(named, PRESETS)
  return `There is no file ${path}; allowed are ${PRESETS.join(', ')}, and the path of a file.${meant === undefined ? ' Correct the path.' : ` Did you mean "${meant}"?`}`
}

function withoutExtends(content: FileContent): object {
  return Object.fromEntries(Object.entries(content).filter(([key]) => key !== 'extends'))
}

/** Objects together key by key; lists and words of the second take the place of the first's. */
function merge(base: unknown, own: unknown): unknown {
  if (!isObject(base) || !isObject(own)) return own ?? base
  const keys = new Set([...Object.keys(base), ...Object.keys(own)])
  return Object.fromEntries([...keys].map((key) => [key, merge(base[key], own[key])]))
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Words for a model that are no path. */
const NO_FOLDER = ['built-in', 'none']

type DetectorContent = NonNullable<NonNullable<FileContent['mentions']>['detectors']>[number]

/** The content of a file with absolute paths. */
function withPaths({ file, content = {} }: PipelineFile, files: PipelineFiles): FileContent {
  const absolute = <T extends object>(one: T, key: string): T => {
    const path = (one as Readonly<Record<string, unknown>>)[key]
    const isPath = typeof path === 'string' && path !== '' && !NO_FOLDER.includes(path)
    return isPath ? { ...one, [key]: files.resolve(file, path) } : one
  }
  const inner = (one: DetectorContent): DetectorContent =>
    'detectors' in one
      ? { ...one, detectors: one.detectors.map((each) => absolute(each, 'model')) }
      : absolute(one, 'model')
  const { mentions, candidates } = content
  const all = absolute(content, 'model')
  return {
    ...all,
    ...(mentions?.detectors && { mentions: { ...mentions, detectors: mentions.detectors.map(inner) } }),
    ...(candidates?.layers && {
      candidates: { ...candidates, layers: candidates.layers.map((one) => absolute(one, 'path')) },
    }),
  }
}

/** Problems about models and vocabularies that are not where the description says. */
function missingPaths(pipeline: Pipeline, files: PipelineFiles) {
  const named: readonly (readonly [KeyPath, string | undefined])[] = [
    [['model'], NO_FOLDER.includes(pipeline.model) ? undefined : pipeline.model],
    ...detectorsOf(pipeline).map(([path, one]) => [[...path, 'model'], modelOf(one)] as const),
    ...pipeline.candidates.layers.map(
      (one, i) => [['candidates', 'layers', i, 'path'], 'path' in one ? one.path : undefined] as const,
    ),
  ]
  return named.flatMap(([path, found]) =>
    found === undefined || files.exists(found)
      ? []
      : {
          path,
          code: 'pipeline-missing-path',
          message: `There is no file or folder ${found}. Paths are read from the folder of the file that names them; correct it, or put it there.`,
        },
  )
}

/** All detectors with their places, also those that others try in turn. */
export function detectorsOf({ mentions }: Pipeline): readonly (readonly [KeyPath, DetectorOptions])[] {
  return mentions.detectors.flatMap((one, i): (readonly [KeyPath, DetectorOptions])[] => {
    const path: KeyPath = ['mentions', 'detectors', i]
    return 'detectors' in one
      ? one.detectors.map((each, j) => [[...path, 'detectors', j], each])
      : [[path, one]]
  })
}

/** A token-classification model that a pipeline names, and what is taken of it. */
export type ClassifierOptions = DetectorOptions & { readonly kind: 'token-classification' }

/** The token-classification models of a pipeline. */
export function classifiersOf(pipeline: Pipeline): readonly ClassifierOptions[] {
  return detectorsOf(pipeline).flatMap(([, one]) => (one.kind === 'token-classification' ? one : []))
}

/** Types that a detector of a pipeline is to find. */
export type NamedTypesOptions = DetectorOptions & { readonly kind: 'named-types' }

/** The detector of a pipeline that names types; `undefined` when none does. One of them is run. */
export function namedTypesIn(pipeline: Pipeline): NamedTypesOptions | undefined {
  return detectorsOf(pipeline)
    .flatMap(([, one]) => (one.kind === 'named-types' ? one : []))
    .find(({ labels }) => labels.length > 0)
}

/** Paths of the vocabularies that layers of a pipeline name. */
export function vocabulariesIn({ candidates }: Pipeline): readonly string[] {
  return candidates.layers.flatMap((one) => (one.kind === 'dictionary' ? one.path : []))
}

const modelOf = (one: object): string | undefined =>
  'model' in one ? (one.model as string | undefined) : undefined
