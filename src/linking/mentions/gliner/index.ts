export { readLabels } from './labels.ts'
export type { ReadLabels } from './labels.ts'
export { selectSpans } from './select.ts'
export type { Decoding } from './select.ts'
