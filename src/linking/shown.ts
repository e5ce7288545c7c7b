import type { Link, LinkedManuscript } from '../core/index.ts'

/** Whether people see a link: it has a concept, probable enough (0 … 1) or chosen by the author. */
export function isShown(link: Link, minProbability: number): boolean {
  return link.chosen !== undefined && (link.chosenBy === 'author' || link.probability >= minProbability)
}

/** A manuscript with only the links that people see. */
export function onlyShown(linked: LinkedManuscript, minProbability: number): LinkedManuscript {
  const passages = linked.passages.map((passage) => ({
    ...passage,
    links: passage.links.filter((link) => isShown(link, minProbability)),
  }))
  return { ...linked, passages }
}
