export { meaningAt, suggestionsAt } from './assist.ts'
export type { Suggestion } from './assist.ts'
export { createPipelineFiles } from './files.ts'
export { problemLine } from './problem.ts'
export type { PipelineProblem } from './problem.ts'
export {
  classifiersOf,
  detectorsOf,
  isPreset,
  namedTypesIn,
  PRESETS,
  readPipeline,
  readPreset,
  readPresetFile,
  vocabulariesIn,
} from './read.ts'
export type { ClassifierOptions, PipelineFiles, ReadPipeline } from './read.ts'
export { fileSchema, generativeOf } from './schema.ts'
export type { DetectorOptions, GenerativeOptions, LayerOptions, Pipeline, RerankerOptions } from './schema.ts'
export { withoutModel, withOverrides } from './overrides.ts'
export type { PipelineOverrides } from './overrides.ts'
