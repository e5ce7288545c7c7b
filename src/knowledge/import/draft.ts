import type { Concept, KnowledgeSource, Problem } from '../../core/index.ts'

/** A concept as one source gives it; drafts with the same id are joined later. */
export type ConceptDraft = Omit<Concept, 'name'>

/** What a source says of itself. */
export type SourceDescription = Omit<KnowledgeSource, 'nConcepts' | 'nNames'>

/** Where a reader puts what it finds. */
export interface ImportSink {
  concept(draft: ConceptDraft): void
  /**
   * Two ids name one concept, as a mapping says. Either may be the id of a concept of any file, one that a concept names
   * as its equal, or unknown; `source` is the short name of the mapping. Order does not matter: it is looked at when all
   * files are read. Concepts of one file, and two CUIs, stay apart all the same.
   */
  equal(a: string, b: string, source: string): void
  source(description: SourceDescription): void
  problem(problem: Problem): void
  /** Called now and then with the number of bytes read since; throws when the import was cancelled. */
  advance(bytes: number): void
}

/** What to call the store when the user does not say. */
export interface StoreTitle {
  readonly name: string
  readonly version: string
}

const KEPT_PROBLEMS = 100

/** Counts all problems and keeps the first 100. */
export interface ProblemLog {
  readonly kept: readonly Problem[]
  readonly count: number
  add(problem: Problem): void
}

/** An empty log, or one that goes on from an earlier one. */
export function createProblemLog(before?: {
  readonly problems: readonly Problem[]
  readonly nProblems: number
}): ProblemLog {
  const kept: Problem[] = [...(before?.problems ?? [])]
  let count = before?.nProblems ?? 0
  return {
    kept,
    get count() {
      return count
    },
    add(problem) {
      count += 1
      if (kept.length < KEPT_PROBLEMS) kept.push(problem)
    },
  }
}

/** Text as the store keeps it: no tabs, line breaks or control characters, blanks collapsed, none at the ends. Otherwise verbatim. */
export function cleaned(text: string): string {
  return needsCleaning(text) ? text.replace(/[\s\p{Cc}]+/gu, ' ').trim() : text
}

function needsCleaning(text: string): boolean {
  let before = 32
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit < 32 || (unit === 32 && before === 32) || (unit >= 0x7f && unit <= 0xa0) || unit >= 0x2000)
      return true
    before = unit
  }
  return before === 32
}

/** The values of a cell joined by `|`. */
export function values(cell: string | undefined): string[] {
  if (!cell) return []
  return cell
    .split('|')
    .map((value) => value.trim())
    .filter((value) => value !== '')
}

/** What a source without a name of its own is called: its file's name without extensions. */
export function labelOfFile(path: string): string {
  return /([^/\\]+?)(?:\.[a-z]+)*$/i.exec(path)?.[1] ?? 'table'
}
