import { rankByPrior } from '../rank.ts'
import type { Reranker } from '../reranker.ts'

/** Names and counts alone (see `rankByPrior`). */
export function priorReranker(nRanked: number): Reranker {
  return {
    name: 'prior',
    key: nRanked,
    chosenBy: 'rule',
    consequence: 'Candidates are left without an order',
    rank: (_, mentions) => mentions.map(({ candidates }) => rankByPrior(candidates, nRanked)),
  }
}
