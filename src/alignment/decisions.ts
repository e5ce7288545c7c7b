import * as v from 'valibot'
import type { Problem } from '../core/index.ts'
import { termKey } from './term.ts'

/** Where decisions on terms are kept, below the folder of the table: every table of the folder shares them. */
export const DECISIONS_FILE = '.conceptlens/alignment.jsonl'

/** What a person decided on a term; one line of {@link DECISIONS_FILE}. */
export interface PersonsDecision {
  readonly term: string
  readonly context?: string
  /** `undefined`: no concept is meant. */
  readonly concept?: { readonly id: string; readonly name: string }
  /** ISO 8601 in UTC. */
  readonly created: string
}

const LineSchema = v.strictObject({
  term: v.pipe(v.string(), v.nonEmpty()),
  context: v.optional(v.string()),
  concept: v.optional(v.object({ id: v.pipe(v.string(), v.nonEmpty()), name: v.string() })),
  /** A line with it takes back what was decided before. */
  undecided: v.optional(v.literal(true)),
  created: v.pipe(v.string(), v.isoTimestamp()),
})

/**
 * Reads decisions, one JSON object per line; the latest on a term holds, and among equally late ones the last. Lines
 * that cannot be read are problems and change nothing.
 * @returns by `termKey`
 */
export function readTermDecisions(text: string): {
  readonly value: ReadonlyMap<string, PersonsDecision>
  readonly problems: readonly Problem[]
} {
  const latest = new Map<string, v.InferOutput<typeof LineSchema>>()
  const problems: Problem[] = []
  text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .forEach((line, i) => {
      if (line.trim() === '') return
      const parsed = parsedLine(line)
      if (!parsed.success) {
        problems.push(unreadable(i + 1, parsed.issues[0].message))
        return
      }
      const { term, context, created } = parsed.output
      const key = termKey({ text: term, ...(context === undefined ? {} : { context }) })
      const known = latest.get(key)
      if (known === undefined || known.created <= created) latest.set(key, parsed.output)
    })
  const held = [...latest].filter(([, { undecided }]) => undecided !== true)
  return { value: new Map(held.map(([key, line]) => [key, decisionOf(line)])), problems }
}

function parsedLine(line: string) {
  try {
    return v.safeParse(LineSchema, JSON.parse(line))
  } catch {
    return v.safeParse(LineSchema, line)
  }
}

function decisionOf({ term, context, concept, created }: v.InferOutput<typeof LineSchema>): PersonsDecision {
  return { term, created, ...(context === undefined ? {} : { context }), ...(concept ? { concept } : {}) }
}

function unreadable(line: number, why: string): Problem {
  return {
    code: 'alignment-decision-unreadable',
    severity: 'warning',
    message: `Line ${line} is no decision on a term (${why}); it changes nothing. A line is a JSON object with term, created and, unless no concept is meant, concept.`,
    line,
  }
}
