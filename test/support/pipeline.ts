import { join } from 'node:path'
import { createPipelineFiles, readPreset, withOverrides } from '../../src/pipeline/index.ts'
import type { Pipeline, PipelineOverrides } from '../../src/pipeline/index.ts'

/** The files that ship with the program. */
export const pipelineFiles = createPipelineFiles(join(import.meta.dirname, '../../media/pipelines'))

/** The pipeline that holds when nobody asks for another one. */
export const defaultPipeline: Pipeline = readPreset('default', pipelineFiles)

/** What tests change of a pipeline. */
export interface PipelineChanges extends PipelineOverrides {
  readonly kept?: number
  readonly mentionProbability?: number
  /** False: mentions of a document do not influence each other. */
  readonly together?: boolean
}

/** The default pipeline with some changes. */
export function pipelineWith({
  kept,
  mentionProbability,
  together,
  ...said
}: PipelineChanges = {}): Pipeline {
  const pipeline = withOverrides(defaultPipeline, said)
  return {
    ...pipeline,
    candidates: { ...pipeline.candidates, kept: kept ?? pipeline.candidates.kept },
    filters: {
      ...pipeline.filters,
      mentionProbability: mentionProbability ?? pipeline.filters.mentionProbability,
    },
    ...(together === false && {
      document: { consistency: false, coherence: 0, agreement: false, temper: 1 },
    }),
  }
}
