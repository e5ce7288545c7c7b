import type { AlignmentReview, Person, ReviewConcept, ReviewTerm } from '../../protocol/index.ts'

/** What a review works with. */
export interface ReviewPorts {
  /** Adds a line to the decisions kept beside the table. */
  append(line: string): Promise<void>
  /** Milliseconds since 1970. */
  nowMs(): number
}

/** A review while it is open: what was decided, kept at once, and how it was before. */
export interface ReviewSession {
  /** With the decisions made so far. */
  readonly review: AlignmentReview
  decide(index: number, person: ReviewConcept | null): Promise<void>
  /** Takes the latest decision back; `undefined` when there is none. */
  undo(): Promise<{ readonly index: number; readonly person: Person } | undefined>
  /** Resolves when all decisions are kept. */
  saved(): Promise<void>
}

/** Begins a review. Decisions are written one after the other, in the order in which they were made. */
export function createReviewSession(given: AlignmentReview, ports: ReviewPorts): ReviewSession {
  const terms: ReviewTerm[] = [...given.terms]
  const before: { readonly index: number; readonly person: Person }[] = []
  let lastMs = 0
  let writing = Promise.resolve()

  /** The latest line on a term holds, so no two of a review may be of the same time. */
  function timestamp(): string {
    lastMs = Math.max(ports.nowMs(), lastMs + 1)
    return new Date(lastMs).toISOString()
  }

  function set(term: ReviewTerm, index: number, person: Person): Promise<void> {
    terms[index] = { ...term, person }
    const line = decisionLine(term, person, timestamp())
    const written = writing.then(() => ports.append(line))
    writing = written.catch(() => undefined)
    return written
  }

  return {
    get review() {
      return { ...given, terms }
    },
    async decide(index, person) {
      const term = terms[index]
      if (!term) return
      before.push({ index, person: term.person })
      await set(term, index, person)
    },
    async undo() {
      const latest = before.pop()
      const term = latest && terms[latest.index]
      if (!term) return undefined
      await set(term, latest.index, latest.person)
      return latest
    },
    saved: () => writing,
  }
}

/** One line of `.conceptlens/alignment.jsonl`, as the manual page on alignment has it. */
function decisionLine({ text, context }: ReviewTerm, person: Person, created: string): string {
  const concept = person && { id: person.id, name: person.name }
  const undecided = person === undefined ? true : undefined
  return `${JSON.stringify({ term: text, context, concept: concept ?? undefined, undecided, created })}\n`
}
