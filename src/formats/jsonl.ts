import type { LinkRow } from './rows.ts'

/** How many candidates of a link are written: those that a reader may want to choose from. */
const MAX_CANDIDATES = 10

/**
 * Writes links as JSON Lines: one object per link with its place, concept and best candidates.
 * `start` and `end` are UTF-16 units of the source file; `identifier` is null when nothing was chosen.
 */
export function writeJsonl(rows: readonly LinkRow[]): string {
  return rows.map((row) => JSON.stringify(fieldsOf(row)) + '\n').join('')
}

function fieldsOf({ link, passage, concept, group, file, line, column }: LinkRow): object {
  return {
    file,
    ...(line === undefined ? {} : { line, column }),
    ...link.source,
    mention: link.mention.text,
    ...(link.mention.expansion === undefined ? {} : { expansion: link.mention.expansion }),
    identifier: concept?.id ?? null,
    name: concept?.name ?? null,
    group: group || null,
    semanticTypes: concept?.types ?? [],
    probability: rounded(link.probability),
    chosenBy: link.chosenBy,
    origins: link.mention.origins,
    section: { kind: passage.section.kind, title: passage.section.title },
    candidates: link.candidates
      .slice(0, MAX_CANDIDATES)
      .map(({ id, preferredName, matchedName, probability }) => ({
        identifier: id,
        name: preferredName,
        matchedName,
        probability: rounded(probability),
      })),
  }
}

function rounded(probability: number): number {
  return Math.round(probability * 1e4) / 1e4
}
