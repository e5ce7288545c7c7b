import * as v from 'valibot'
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml'
import { nearest } from './nearest.ts'
import type { KeyPath, PipelineProblem } from './problem.ts'
import { keysOf, schemaAt, wordsOf } from './schemaAt.ts'
import { fileSchema } from './schema.ts'

/** What a file says, before it is known what it extends. */
export type FileContent = v.InferInput<typeof fileSchema>

/** A file of a pipeline that was read. */
export interface PipelineFile {
  readonly file: string
  /** `undefined` when there are {@link problems}. */
  readonly content: FileContent | undefined
  readonly problems: readonly PipelineProblem[]
  /** Whether the file says something at a place. */
  has(path: KeyPath): boolean
  /** A problem at a place, or where the nearest thing around it stands. */
  problemAt(path: KeyPath, code: string, message: string): PipelineProblem
}

/** Reads one file: YAML, and that it says nothing that the table does not know. Never throws. */
export function readFile(file: string, text: string): PipelineFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  const place = (from: number, to: number, code: string, message: string): PipelineProblem => {
    const start = Math.min(from, text.length)
    const end = Math.max(start, Math.min(to, text.length))
    const { line, col } = lines.linePos(start)
    return { code, message, file, start, end, line, column: Math.max(1, col) }
  }
  const problemAt = (path: KeyPath, code: string, message: string): PipelineProblem => {
    const [start, end] = rangeOf(document, path)
    return place(start, end, code, message)
  }
  const problems = [...document.errors, ...document.warnings].map(({ pos, message }) =>
    place(
      pos[0],
      pos[1],
      'pipeline-yaml',
      `This is no YAML: ${message.replace(/[.]?$/, '.')} Mend it first.`,
    ),
  )
  const value = problems.length > 0 ? undefined : valueOf(document)
  const found = { file, problems, has: (path: KeyPath) => document.hasIn(path), problemAt }
  if (problems.length > 0) return { ...found, content: undefined }
  if (value instanceof Error)
    return { ...found, content: undefined, problems: [problemAt([], 'pipeline-yaml', `${value.message}.`)] }
  const lists = listsForKeys(value)
  if (lists.length > 0)
    return {
      ...found,
      content: undefined,
      problems: lists.map((path) =>
        problemAt(path, 'pipeline-value', 'Found a list; allowed here: keys with values.'),
      ),
    }
  const { success, issues, output } = v.safeParse(fileSchema, value ?? {})
  if (success) return { ...found, content: output }
  return {
    ...found,
    content: undefined,
    problems: issues.map((issue) => {
      const path = pathOf(issue)
      const { code, message } = wordsFor(issue, path, value)
      const [start, end] = rangeOf(document, path, code === 'pipeline-unknown-key' ? 'key' : 'value')
      return place(start, end, code, message)
    }),
  }
}

type Issue = v.BaseIssue<unknown>

const pathOf = (issue: Issue): KeyPath => (issue.path ?? []).map(({ key }) => key as string | number)

/** Aliases that would make a file of some bytes a value of gigabytes are an error of the library. */
function valueOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 })
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** Where the table has keys and a file a list. For the library a list is an object with numbers as keys. */
function listsForKeys(value: unknown): readonly KeyPath[] {
  if (Array.isArray(value)) return [[]]
  const inner = value as Readonly<Record<string, unknown>> | null | undefined
  return keysOf(fileSchema).flatMap((key) =>
    Array.isArray(inner?.[key]) && keysOf(schemaAt(fileSchema, [key], {})).length > 0 ? [[key]] : [],
  )
}

/** What is wrong. */
interface Words {
  readonly code: string
  readonly message: string
}

function wordsFor(issue: Issue, path: KeyPath, value: unknown): Words {
  const key = path.at(-1)
  const around = schemaAt(fileSchema, path.slice(0, -1), value)
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return unknownKey(String(key), keysOf(around))
  if (issue.received === 'undefined')
    return {
      code: 'pipeline-missing-key',
      message: `"${String(key)}" is missing here. Add it: ${issue.expected ?? 'a value'}.`,
    }
  const allowed = wordsOf(key === 'kind' ? around : schemaAt(fileSchema, path, value))
  const found = `Found ${issue.received}`
  if (allowed.length > 0) {
    const meant = typeof issue.input === 'string' ? nearest(issue.input, allowed) : undefined
    const code = key === 'kind' ? 'pipeline-unknown-kind' : 'pipeline-value'
    return { code, message: `${found}; allowed here: ${allowed.join(', ')}.${didYouMean(meant)}` }
  }
  return { code: 'pipeline-value', message: `${found}; allowed here: ${allowedBy(issue)}.` }
}

function unknownKey(key: string, allowed: readonly string[]): Words {
  const meant = nearest(key, allowed)
  const next = meant === undefined ? ' Remove it, or take one of these.' : didYouMean(meant)
  return {
    code: 'pipeline-unknown-key',
    message: `Unknown key "${key}"; allowed here: ${allowed.join(', ')}.${next}`,
  }
}

const didYouMean = (meant: string | undefined): string =>
  meant === undefined ? ' Take one of these.' : ` Did you mean "${meant}"?`

function allowedBy({ type, expected, requirement }: Issue & { readonly requirement?: unknown }): string {
  switch (type) {
    case 'min_value':
      return `numbers from ${String(requirement)}`
    case 'max_value':
      return `numbers up to ${String(requirement)}`
    case 'integer':
      return 'whole numbers'
    case 'min_length':
      return `lists of at least ${String(requirement)}`
    case 'non_empty':
      return 'a text that is not empty'
    case 'url':
      return 'an address, for example http://127.0.0.1:8700/candidates'
    case 'array':
      return 'a list'
    case 'strict_object':
    case 'variant':
      return 'keys with values'
    default:
      return typeof expected === 'string' ? expected.toLowerCase() : 'another value'
  }
}

/** Where a place stands, or what is around it: a key, or its value when that is a single word or number. */
function rangeOf(
  document: Document,
  path: KeyPath,
  of: 'key' | 'value' = 'value',
): readonly [number, number] {
  let node: unknown = document.contents
  let range: readonly [number, number] = [0, 0]
  for (const key of path) {
    const pair = isMap(node)
      ? node.items.find((one) => (isScalar(one.key) ? one.key.value : one.key) === key)
      : undefined
    const next = pair ? pair.value : isSeq(node) ? node.items[Number(key)] : undefined
    const whole = rangeOfNode(isScalar(next) && of === 'value' ? next : (pair?.key ?? next))
    if (!whole) return range
    range = whole
    node = next
  }
  return range
}

function rangeOfNode(node: unknown): readonly [number, number] | undefined {
  const range = (node as Node | undefined | null)?.range
  return range ? [range[0], range[1]] : undefined
}
