export { featureNames, featuresOf, featureVector } from './features.ts'
export type { FeatureInput, FeatureName } from './features.ts'
export { nToScore, rankByPrior, rankMentions, typeLabelOf, unranked } from './rank.ts'
export type { MentionToRank, Ranking, RankOptions } from './rank.ts'
