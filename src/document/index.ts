export {
  createManuscriptParser,
  formatOf,
  parseManuscript,
  parseProject,
  type ManuscriptInput,
  type ManuscriptParser,
  type ManuscriptParserOptions,
} from './manuscript.ts'
export type { Reader } from './project.ts'
export { toProse, toSource } from './offsetMap.ts'
export { MAX_PASSAGE_LENGTH } from './passages.ts'
