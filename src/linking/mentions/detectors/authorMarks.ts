import type { MentionDetector } from '../detector.ts'
import { proposal } from '../proposal.ts'

/** What the author made mentions. It is part of every pipeline. */
export const authorMarks: MentionDetector = {
  name: 'author',
  key: 'author',
  consequence: 'Marks of the author are missing',
  propose({ text, author = [] }) {
    return author.map(({ here, ...span }) => ({
      ...proposal(text, span, 'author'),
      vetted: true,
      settled: here,
    }))
  },
}
