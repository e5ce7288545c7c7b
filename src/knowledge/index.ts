export { fold } from './names/fold.ts'
export { cosine, dotProduct, gramsOf, gramWeight, squaredNorm } from './names/grams.ts'
