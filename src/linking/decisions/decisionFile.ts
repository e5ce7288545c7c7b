import * as v from 'valibot'
import type { Problem } from '../../core/index.ts'
import type { Decision } from './decision.ts'

/** The content of `.conceptlens/decisions.jsonl`. */
export interface DecisionFile {
  /** One per place or words: duplicates and contradictions are resolved. Sorted as they are written. */
  readonly decisions: readonly Decision[]
  /** Lines that cannot be read, verbatim: they are written back, never lost. */
  readonly damaged: readonly string[]
}

const header = {
  file: v.pipe(v.string(), v.nonEmpty()),
  scope: v.picklist(['here', 'document', 'project']),
  exact: v.pipe(v.string(), v.nonEmpty()),
  prefix: v.string(),
  suffix: v.string(),
  created: v.pipe(
    v.string(),
    v.check((text) => !Number.isNaN(Date.parse(text)), 'a date and time in ISO 8601 is wanted'),
  ),
}
const lineSchema = v.variant('action', [
  v.strictObject({
    ...header,
    action: v.literal('link'),
    id: v.pipe(v.string(), v.nonEmpty()),
    name: v.string(),
  }),
  v.strictObject({ ...header, action: v.literal('none') }),
])

/**
 * Reads decisions, one JSON object per line. Of several for the same words in the same scope the latest holds, and of
 * equally late ones the greater line by code units, so that every order of lines gives the same answer (git may merge
 * them by `union`). A line that cannot be read is a problem and is kept verbatim. Unknown fields count as damage, so
 * that a later version's entry is neither misread nor lost.
 */
export function readDecisions(text: string): {
  readonly value: DecisionFile
  readonly problems: readonly Problem[]
} {
  const decisions: Decision[] = []
  const damaged: string[] = []
  const problems: Problem[] = []
  text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .forEach((line, i) => {
      if (line.trim() === '') return
      const parsed = parseLine(line)
      if (typeof parsed !== 'string') decisions.push(parsed)
      else {
        damaged.push(line)
        problems.push(damage(i + 1, parsed))
      }
    })
  return { value: { decisions: resolveDecisions(decisions), damaged }, problems }
}

/** The file's text: decisions sorted by line, then damaged lines in their order. Empty when there are none. */
export function writeDecisions(file: DecisionFile): string {
  const lines = [...file.decisions.map(lineOf).sort(compare), ...file.damaged]
  return lines.map((line) => `${line}\n`).join('')
}

/** A file with one more decision; earlier ones for the same words in the same scope go. */
export function addDecision(file: DecisionFile, decision: Decision): DecisionFile {
  const others = file.decisions.filter((one) => placeOf(one) !== placeOf(decision))
  return { ...file, decisions: resolveDecisions([...others, decision]) }
}

/** A file without a decision (compared by content). */
export function removeDecision(file: DecisionFile, decision: Decision): DecisionFile {
  const line = lineOf(decision)
  return { ...file, decisions: file.decisions.filter((one) => lineOf(one) !== line) }
}

/** Which of two decisions holds: negative when `a` does. Later first, then the greater line. */
export function compareRecency(a: Decision, b: Decision): number {
  return Date.parse(b.created) - Date.parse(a.created) || compare(lineOf(b), lineOf(a))
}

function resolveDecisions(decisions: readonly Decision[]): Decision[] {
  const latest = new Map<string, Decision>()
  for (const one of [...decisions].sort(compareRecency)) {
    const place = placeOf(one)
    if (!latest.has(place)) latest.set(place, one)
  }
  return [...latest.values()].sort((a, b) => compare(lineOf(a), lineOf(b)))
}

/** What a decision is about: two of them with the same answer contradict or repeat each other. */
function placeOf({ scope, file, anchor }: Decision): string {
  if (scope === 'project') return JSON.stringify([scope, anchor.exact])
  if (scope === 'document') return JSON.stringify([scope, file, anchor.exact])
  return JSON.stringify([scope, file, anchor.exact, anchor.prefix, anchor.suffix])
}

function lineOf(decision: Decision): string {
  const { file, scope, action, anchor, created } = decision
  const { exact, prefix, suffix } = anchor
  const concept = decision.action === 'link' ? { id: decision.id, name: decision.name } : {}
  return JSON.stringify({ file, scope, action, exact, prefix, suffix, ...concept, created })
}

/** The decision on a line, or what is wrong with it. */
function parseLine(line: string): Decision | string {
  if (/^(<{7}|={7}|>{7}|\|{7})/.test(line))
    return 'it is a conflict mark of git: delete the line to merge both sides'
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch (error) {
    return `it is no JSON (${error instanceof Error ? error.message : String(error)})`
  }
  const result = v.safeParse(lineSchema, json)
  if (!result.success) {
    const [issue] = result.issues
    return `${v.getDotPath(issue) ?? 'the line'}: ${issue.message}`
  }
  const { exact, prefix, suffix, ...rest } = result.output
  return { ...rest, anchor: { exact, prefix, suffix } }
}

const damage = (line: number, reason: string): Problem => ({
  code: 'decision-damaged',
  severity: 'error',
  line,
  message: `Line ${String(line)} of the decisions cannot be read: ${reason}. The line is kept and has no effect; mend or delete it.`,
})

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
