export { featureNames, featuresOf, featureVectors } from './features.ts'
export type { FeatureInput, FeatureName, Features } from './features.ts'
export { rankByPrior, rankMentions, typeLabelOf, unranked } from './rank.ts'
export type { MentionToRank, Ranking, RankOptions } from './rank.ts'
