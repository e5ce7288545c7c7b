import * as v from 'valibot'
import type { Alignment, Term } from './term.ts'

/**
 * The file beside an output that work which broke off goes on from: one line with the key of the work, then one line per
 * term in their order. A last line that is cut off is dropped; a journal of other work is worth nothing.
 */
export const JOURNAL_SUFFIX = '.unfinished.jsonl'

const Candidate = v.object({
  id: v.string(),
  name: v.string(),
  matchedName: v.string(),
  types: v.array(v.string()),
  groups: v.array(v.string()),
  score: v.number(),
})

const Line = v.object({
  candidates: v.array(Candidate),
  probability: v.number(),
  agreement: v.picklist(['alone', 'agree', 'disagree']),
})

/** The first line of a journal. The key names all that the alignments depend on. */
export function journalHeader(key: string): string {
  return `${JSON.stringify({ alignment: 1, key })}\n`
}

/** The lines of some alignments. */
export function journalLines(alignments: readonly Alignment[]): string {
  return alignments
    .map(
      ({ candidates, probability, agreement }) =>
        `${JSON.stringify({ candidates, probability, agreement })}\n`,
    )
    .join('')
}

/**
 * What a journal has of this work: the alignments of the first terms, and how much of the text that is (UTF-16 units), to
 * cut off what follows. Nothing when it is not of this work.
 */
export function readJournal(
  text: string,
  key: string,
  terms: readonly Term[],
): { readonly alignments: readonly Alignment[]; readonly length: number } {
  const header = journalHeader(key)
  if (!text.startsWith(header)) return { alignments: [], length: 0 }
  const alignments: Alignment[] = []
  let length = header.length
  for (const term of terms) {
    const end = text.indexOf('\n', length)
    if (end < 0) break
    const line = parsedLine(text.slice(length, end))
    if (line === undefined) break
    alignments.push({ term, ...line })
    length = end + 1
  }
  return { alignments, length }
}

function parsedLine(line: string): v.InferOutput<typeof Line> | undefined {
  try {
    const found = v.safeParse(Line, JSON.parse(line))
    return found.success ? found.output : undefined
  } catch {
    return undefined
  }
}
