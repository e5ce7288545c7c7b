import type { KnowledgeBase, Link, RankedCandidate } from '../../core/index.ts'
import type { Placement } from './anchors.ts'
import type { LinkDecision } from './decision.ts'

/**
 * The links of one passage with the author's word in force: a placement decides the link on exactly its span.
 * "Not a concept" stays as a link without a concept, so that it can be seen and undone. A concept that the author
 * chose joins the candidates when the knowledge base knows it; an id that it does not know is kept as it is.
 */
export function applyDecisions(
  links: readonly Link[],
  placements: readonly Placement[],
  kb: KnowledgeBase,
): readonly Link[] {
  if (placements.length === 0) return links
  return links.map((link) => {
    const { start, end } = link.mention.span
    const placement = placements.find(({ span }) => span.start === start && span.end === end)
    return placement ? decide(link, placement, kb) : link
  })
}

function decide(link: Link, { decision }: Placement, kb: KnowledgeBase): Link {
  const { mention, source, candidates } = link
  if (decision.action === 'none') return { mention, source, candidates, probability: 1, chosenBy: 'author' }
  return {
    ...link,
    candidates: withChosen(candidates, decision, kb),
    chosen: kb.resolve(decision.id).map((ref) => kb.summary(ref).id)[0] ?? decision.id,
    probability: 1,
    chosenBy: 'author',
  }
}

function withChosen(
  candidates: readonly RankedCandidate[],
  decision: LinkDecision,
  kb: KnowledgeBase,
): readonly RankedCandidate[] {
  const [ref] = kb.resolve(decision.id)
  if (ref === undefined) return candidates
  const { id, name, types, groups } = kb.summary(ref)
  if (candidates.some((candidate) => candidate.id === id)) return candidates
  const chosen: RankedCandidate = {
    concept: ref,
    id,
    matchedName: name,
    matchedKind: 'preferred',
    preferredName: name,
    lexicalScore: 0,
    denseScore: 0,
    exact: false,
    nameCount: 0,
    conceptCount: kb.conceptCount(ref),
    nMatches: 1,
    officialScore: 0,
    types,
    groups,
    probability: 0,
  }
  return [chosen, ...candidates]
}
