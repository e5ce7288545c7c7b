import { join } from 'node:path'
import { ConceptLensError, type Logger } from '../core/index.ts'
import { createGliner, type Gliner, type GlinerOptions, type LabelAsked } from '../inference/index.ts'
import { readLabels } from '../linking/index.ts'
import { userCacheFolder } from '../network/index.ts'
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

/** Starts the model for named types; `undefined` when no types are named. */
export async function openGliner(options: NamedTypeOptions, logger: Logger): Promise<Gliner | undefined> {
  if (namedTypesOf(options).length === 0) return undefined
  if (options.gliner === '')
    throw new ConceptLensError(
      'usage',
      '--labels needs a model that finds them: --gliner DIR. The manual says under "Types that you name" how to get one.',
    )
  const cacheFolder = join(userCacheFolder(process.env), 'labels')
  return startGliner({ modelDir: options.gliner, cacheFolder, provider: options.provider, logger })
}

/** Starts a model for named types. */
export function startGliner(options: Omit<GlinerOptions, 'engineScript'>): Promise<Gliner> {
  return createGliner({ ...options, engineScript: resources.engineScript })
}
