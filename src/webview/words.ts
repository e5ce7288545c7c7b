import type { ReviewTerm } from '../protocol/index.ts'
import type { Filter, Standing } from './reviewState.ts'

/** The words of the page. */

export const FILTER_LABELS: Readonly<Record<Filter, string>> = {
  review: 'To review',
  accepted: 'Accepted',
  none: 'No concept',
  yours: 'Decided by you',
  all: 'All',
}

/** What a sign in the first column means. */
export function standingLabel({ decision, isByPerson }: Standing): string {
  const what = { accepted: 'Accepted', review: 'To review', none: 'No concept' }[decision]
  return isByPerson ? `${what}, by you` : what
}

/** Why a person is asked, in a sentence. */
export function whyReview({ isDisputed, candidates, probability }: ReviewTerm): string {
  if (candidates.length === 0) return 'No name in the knowledge base is like this term.'
  const sure = `The first candidate is right with a probability of ${percent(probability)}.`
  return isDisputed ? `${sure} Spelling and meaning speak for different ones.` : sure
}

/** As people read a share: `82 %`, `< 1 %`. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return '< 1 %'
  return `${Math.round(100 * share)} %`
}

export const count = (n: number): string => n.toLocaleString('en')
