export { featureNames, featuresOf, featureVector } from './features.ts'
export type { FeatureInput, FeatureName } from './features.ts'
