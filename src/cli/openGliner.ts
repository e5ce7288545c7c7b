import { join } from 'node:path'
import { ConceptLensError, type Logger } from '../core/index.ts'
import { createGliner, type Gliner, type GlinerOptions, type LabelAsked } from '../inference/index.ts'
import { readLabels } from '../linking/index.ts'
import { userCacheFolder } from '../network/index.ts'
import { namedTypesIn, type Pipeline } from '../pipeline/index.ts'
import type { Settings } from '../protocol/index.ts'
import { resources } from './resources.ts'

/** Options about types that people name. */
export interface NamedTypeOptions {
  readonly gliner: Settings['mentions.namedTypeModel']
  readonly labels: Settings['mentions.namedTypes']
  readonly labelThreshold: Settings['mentions.namedTypeThreshold']
  readonly provider: Settings['engine.provider']
}

/** The types asked for. @throws ConceptLensError `usage` when one cannot be read */
export function namedTypesOf({ labels, labelThreshold }: NamedTypeOptions): readonly LabelAsked[] {
  const read = readLabels(labels, labelThreshold)
  if (read.problems[0] !== undefined) throw new ConceptLensError('usage', `--labels: ${read.problems[0]}.`)
  return read.labels
}

/** Starts the model that finds the types which a pipeline names; `undefined` when it names none. */
export async function openGliner(
  pipeline: Pipeline,
  { gliner, provider }: Pick<NamedTypeOptions, 'gliner' | 'provider'>,
  logger: Logger,
): Promise<Gliner | undefined> {
  const asked = namedTypesIn(pipeline)
  return asked && openNamedTypes(asked.model ?? gliner, provider, logger)
}

/** Starts a model for named types. */
export async function openNamedTypes(
  modelDir: string,
  provider: NamedTypeOptions['provider'],
  logger: Logger,
): Promise<Gliner> {
  if (modelDir === '')
    throw new ConceptLensError(
      'usage',
      'Types are named (--labels, or "named-types" of the pipeline), which needs a model that finds them: --gliner DIR, or "model" in the pipeline. The manual says under "Types that you name" how to get one.',
    )
  return startGliner({
    modelDir,
    cacheFolder: join(userCacheFolder(process.env), 'labels'),
    provider,
    logger,
  })
}

/** Starts a model for named types with a cache of the caller's. */
export function startGliner(options: Omit<GlinerOptions, 'engineScript'>): Promise<Gliner> {
  return createGliner({ ...options, engineScript: resources.engineScript })
}
