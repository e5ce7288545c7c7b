import type { Link, LinkedManuscript, LinkedPassage } from '../core/index.ts'
import { chosenConcept, groupOf, type ChosenConcept, type ConceptLookUp } from './linked.ts'

/** Gives the source text of a file, so that places can be told as lines; `undefined` when it is not at hand. */
export type SourceLookUp = (file: string) => string | undefined

/** A link with its place: what the tabular formats write. */
export interface LinkRow {
  readonly link: Link
  readonly passage: LinkedPassage['passage']
  /** `undefined` when nothing was chosen. */
  readonly concept: ChosenConcept | undefined
  /** Semantic group; empty when unknown. */
  readonly group: string
  readonly file: string
  /** 1-based; `undefined` when the source text is not at hand. */
  readonly line?: number
  /** 1-based, in UTF-16 units. */
  readonly column?: number
}

export interface RowOptions {
  readonly names?: ConceptLookUp
  readonly sourceOf?: SourceLookUp
  /** Rows for mentions without a chosen concept too. */
  readonly includeUnlinked?: boolean
}

/** All links of the manuscripts in reading order. */
export function linkRows(manuscripts: readonly LinkedManuscript[], options: RowOptions): LinkRow[] {
  const placeOf = placeFinder(options.sourceOf)
  return manuscripts.flatMap(({ passages }) =>
    passages.flatMap(({ passage, links }) =>
      links.flatMap((link) => {
        const concept = chosenConcept(link, options.names)
        if (concept === undefined && options.includeUnlinked !== true) return []
        const { file } = passage
        return [
          {
            link,
            passage,
            concept,
            group: groupOf(link, concept),
            file,
            ...placeOf(file, link.source.start),
          },
        ]
      }),
    ),
  )
}

interface Place {
  readonly line: number
  readonly column: number
}

/** Finds lines and columns; each file's line starts are found once. */
function placeFinder(
  sourceOf: SourceLookUp | undefined,
): (file: string, offset: number) => Place | undefined {
  const known = new Map<string, readonly number[] | undefined>()
  return (file, offset) => {
    if (!known.has(file)) known.set(file, lineStarts(sourceOf?.(file)))
    const starts = known.get(file)
    if (starts === undefined) return undefined
    const line = lineAt(starts, offset)
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 }
  }
}

function lineStarts(text: string | undefined): readonly number[] | undefined {
  if (text === undefined) return undefined
  return [0, ...[...text.matchAll(/\r\n|\r|\n/g)].map(({ index, 0: end }) => index + end.length)]
}

/** The last line that starts at or before the offset. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
