import type { AlignedCandidate, DecidedTerm, TermsOfTable, Table } from '../../alignment/index.ts'
import { textOf } from '../../alignment/index.ts'
import { SEMANTIC_GROUP_LABELS } from '../../core/index.ts'
import type {
  AlignmentReview,
  ReviewCandidate,
  ReviewConcept,
  ReviewTerm,
  TableOverview,
} from '../../protocol/index.ts'
import { shortId, typeLabels } from '../../server/index.ts'

const EXAMPLES = 3

/** What there is to choose from, before a table is aligned. */
export function overviewOf({ titles, rows }: Table): TableOverview {
  const columns = titles.map((title, column) => {
    const texts = new Set<string>()
    for (const row of rows) {
      const text = textOf(row[column]).trim()
      if (text !== '') texts.add(text)
      if (texts.size === EXAMPLES) break
    }
    return { title, examples: [...texts] }
  })
  return { nRows: rows.length, columns, groups: Object.entries(SEMANTIC_GROUP_LABELS) }
}

/** Decided terms as people review them in an editor. */
export function reviewOf(
  decided: readonly DecidedTerm[],
  { termOfRow }: TermsOfTable,
  about: Pick<AlignmentReview, 'table' | 'knowledgeBase'>,
): AlignmentReview {
  const nRows = new Uint32Array(decided.length)
  for (const index of termOfRow) if (index !== undefined) nRows[index]! += 1
  return { ...about, terms: decided.map((one, i) => reviewTerm(one, nRows[i]!)) }
}

function reviewTerm(one: DecidedTerm, nRows: number): ReviewTerm {
  const { term, probability, modelsDecision, agreement, candidates, chosen, decidedBy } = one
  return {
    ...term,
    nRows,
    probability,
    decision: modelsDecision,
    isDisputed: agreement === 'disagree',
    candidates: candidates.map(reviewCandidate),
    ...(decidedBy === 'person' ? { person: chosen ? conceptOf(chosen) : null } : {}),
  }
}

function reviewCandidate(candidate: AlignedCandidate): ReviewCandidate {
  const { name, matchedName, score } = candidate
  return {
    ...conceptOf(candidate),
    types: typeLabels(candidate),
    ...(matchedName === name ? {} : { matched: matchedName }),
    share: score,
  }
}

function conceptOf({ id, name }: AlignedCandidate): ReviewConcept {
  return { id, shownId: shortId(id), name }
}
