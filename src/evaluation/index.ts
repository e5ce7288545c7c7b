export {
  alignmentReportText,
  evaluateAlignment,
  type AlignmentReport,
  type AlignmentRun,
  type GoldTerm,
  type TermDetails,
} from './alignment.ts'
export {
  annotatedGroups,
  conventionOf,
  joinCorpora,
  readCorpus,
  type Corpus,
  type CorpusDocument,
  type GoldMention,
} from './corpora.ts'
export { bootstrapInterval, quantile, type Interval } from './bootstrap.ts'
export type { DisambiguationFigures, StratumFigures } from './disambiguationFigures.ts'
export {
  EVALUATION_TASKS,
  evaluateCorpus,
  type EndToEndFigures,
  type EvaluationOptions,
  type EvaluationReport,
  type EvaluationTask,
} from './evaluate.ts'
export { type DetectionFigures } from './detectionFigures.ts'
export {
  measureDetectors,
  type DetectorFigures,
  type DetectorReport,
  type DetectorToMeasure,
} from './detectors.ts'
export { detectorReportText } from './detectorReport.ts'
export { comparisonText, type PipelineReport } from './compare.ts'
export {
  calibrationError,
  precisionRecall,
  reliability,
  type PrecisionRecall,
  type ReliabilityBin,
} from './metrics.ts'
export { MISTAKE_CAUSES, type Mistake, type MistakeCause } from './mistakes.ts'
export { reportText } from './report.ts'
export { bench, BENCH_NAMES, benchText } from './bench/bench.ts'
export { peakMiB } from './bench/processes.ts'
export type {
  BenchEnvironment,
  BenchFile,
  BenchName,
  BenchParts,
  BenchReport,
  BenchResult,
  ColdLinker,
  KnowledgeBaseParts,
  OrderParts,
  PackingParts,
} from './bench/types.ts'
