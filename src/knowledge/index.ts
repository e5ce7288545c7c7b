export { countByGroup } from './groupCounts.ts'
export { importKnowledgeBase, type ImportOptions, type ImportResult } from './import/importKnowledgeBase.ts'
export { countRelease, type ReleaseCounts, type ValueCount } from './import/rrf/countRelease.ts'
export { discardUnfinished, unfinishedImports, type UnfinishedImport } from './import/unfinished.ts'
export { releaseAt } from './import/rrf/releaseSource.ts'
export type { ReleaseSelection } from './import/rrf/selection.ts'
export { fold } from './names/fold.ts'
export { cosine, dotProduct, gramsOf, gramWeight, N_GRAMS, squaredNorm } from './names/grams.ts'
export { hashOf } from './names/hash.ts'
export { otherSpellings, singularsOf, spellingRules } from './names/spellings.ts'
export { hasWords, typedWords, type TypedWords } from './names/words.ts'
export {
  groupLabel,
  groupOf,
  groupsOf,
  isSemanticGroup,
  SEMANTIC_GROUPS,
  tuiOf,
  typeName,
  type SemanticGroup,
} from './semanticTypes.ts'
export {
  knowledgeBaseStatistics,
  verifyKnowledgeBase,
  type KnowledgeBaseStatistics,
} from './store/inspect.ts'
export { encodeForms, type EncodingJob, type EncodingThread } from './store/build/encodeForms.ts'
export { dotOf } from './vectors/dot.ts'
export { openNameVectors, type NameVectors } from './vectors/nameVectors.ts'
export { openKnowledgeBase } from './store/openKnowledgeBase.ts'
export { mergeKnowledgeBases } from './merged/mergeKnowledgeBases.ts'
export { openWithExtras, type ExtraOptions } from './merged/openWithExtras.ts'
