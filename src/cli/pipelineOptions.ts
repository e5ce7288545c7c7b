import { resolve } from 'node:path'
import type { Command } from 'commander'
import { ConceptLensError } from '../core/index.ts'
import { readLabels } from '../linking/index.ts'
import {
  createPipelineFiles,
  detectorsOf,
  isPreset,
  PRESETS,
  problemLine,
  readPipeline,
  readPresetFile,
  withOverrides,
  type Pipeline,
  type PipelineOverrides,
  type PipelineProblem,
  type ReadPipeline,
} from '../pipeline/index.ts'
import type { Settings } from '../protocol/index.ts'
import { resources } from './resources.ts'

/** Options of which a pipeline has its own idea; not every command has those that may be absent. */
export interface PipelineOptions {
  /** A preset's name, or a file; empty: the default one. */
  readonly pipeline: string
  readonly model: string | false
  readonly convention: Settings['mentions.convention']
  readonly detection: 'union' | 'tagger' | 'dictionary'
  readonly abbreviations: boolean
  readonly generalWords: Settings['generalWords']
  readonly candidates?: Settings['candidates.ranked']
  readonly gliner: Settings['mentions.namedTypeModel']
  readonly labels: Settings['mentions.namedTypes']
  readonly labelThreshold: Settings['mentions.namedTypeThreshold']
  readonly onlyTypes: Settings['candidates.types']
  readonly onlySources: Settings['candidates.sources']
  readonly minProbability?: Settings['minimumProbability']
  readonly generative?: Settings['generative.use']
  readonly generativeBelow?: Settings['generative.below']
  readonly generativeMost?: Settings['generative.mostMentions']
  readonly generativeOrders?: Settings['generative.orders']
  readonly generativeFeedback?: Settings['generative.feedback']
  /** Names of the options that a person gave: their word goes before the description's. */
  readonly said: readonly string[]
}

/** Notes which options a person gave, before a command runs. */
export function noteSaid(command: Command): Command {
  return command.hook('preAction', (_, running) => {
    const names = running.options.map((option) => option.attributeName())
    running.setOptionValue(
      'said',
      names.filter((name) => running.getOptionValueSource(name) === 'cli'),
    )
  })
}

/** The pipeline that options ask for. @throws ConceptLensError `pipeline` with every problem and its place */
export function pipelineOf(options: PipelineOptions): Pipeline {
  const read = described(options.pipeline)
  if (!read.pipeline) throw unfit(read.problems)
  const pipeline = withOverrides(read.pipeline, overridesOf(options))
  const labels = pipeline.mentions.detectors.flatMap((one) => ('labels' in one ? one.labels : []))
  const [problem] = readLabels(labels, 0.5).problems
  if (problem !== undefined) throw new ConceptLensError('usage', `--labels: ${problem}.`)
  if (options.gliner === '') checkNamedTypes(read, options)
  return pipeline
}

/** A description that names types needs a model for them: its own, or the one of the options. */
function checkNamedTypes({ pipeline, problemAt }: ReadPipeline, { said }: PipelineOptions): void {
  if (!pipeline || said.includes('labels')) return
  const withoutModel = detectorsOf(pipeline).filter(
    ([, one]) => one.kind === 'named-types' && one.labels.length > 0 && one.model === undefined,
  )
  if (withoutModel.length > 0)
    throw unfit(
      withoutModel.map(([path]) =>
        problemAt(
          [...path, 'labels'],
          'pipeline-model',
          'Types are named here, and there is no model that finds them. Give one: --gliner DIR, or "model" beside "labels". The manual says under "Types that you name" how to get one.',
        ),
      ),
    )
}

/** What a name or a file says, whatever else is said beside it. @throws ConceptLensError `pipeline` */
export function described(named: string): ReadPipeline {
  const files = createPipelineFiles(resources.pipelines)
  if (named === '') return readPresetFile('default', files)
  if (isPreset(named)) return readPresetFile(named, files)
  const path = resolve(named)
  const text = files.read(path)
  if (text === undefined)
    throw new ConceptLensError(
      'pipeline',
      `--pipeline: there is no file ${path}; allowed are ${PRESETS.join(', ')}, and the path of a description.`,
    )
  return readPipeline(path, text, files)
}

const unfit = (problems: readonly PipelineProblem[]): ConceptLensError =>
  new ConceptLensError('pipeline', `The pipeline cannot be run:\n${problems.map(problemLine).join('\n')}`)

function overridesOf(options: PipelineOptions): PipelineOverrides {
  const said = <K extends keyof PipelineOptions>(key: K): PipelineOptions[K] | undefined =>
    options.said.includes(key) ? options[key] : undefined
  const model = said('model')
  const gliner = said('gliner')
  const generative = said('generative')
  return {
    model: model === false ? 'none' : model && resolve(model),
    convention: said('convention'),
    detection: said('detection'),
    abbreviations: said('abbreviations'),
    generalWords: said('generalWords'),
    candidatesRanked: said('candidates'),
    namedTypes: said('labels'),
    namedTypeThreshold: said('labelThreshold'),
    namedTypeModel: gliner && resolve(gliner),
    types: said('onlyTypes'),
    sources: said('onlySources'),
    minProbability: said('minProbability'),
    asksLanguageModel: generative && generative !== 'off',
    askedBelow: said('generativeBelow'),
    askedAtMost: said('generativeMost'),
    askedOrders: said('generativeOrders'),
    askedFeedback: said('generativeFeedback'),
  }
}
