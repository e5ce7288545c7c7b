import { readBiocJson, readBiocXml, type BiocCollection } from './bioc/index.ts'
import { readPubtator } from './pubtator/index.ts'
import type { ReadResult } from './readResult.ts'

// How the formats begin. XML of another root, JSON of bare values and prose with a bar in it are none of them.
const BEGINNINGS: readonly (readonly [RegExp, (text: string) => ReadResult<BiocCollection>])[] = [
  [/^(?:<!--[^]*?-->\s*)*<(?:\?xml|!DOCTYPE\s+collection|collection|document)[\s>]/, readBiocXml],
  [/^(?:\{\s*["}]|\[\s*[{\]])/, readBiocJson],
  [/^[^|\s]{1,80}\|[ta]\|/, readPubtator],
]

/** The formats that {@link readAnnotated} knows, in words for people. */
export const ANNOTATED_FORMATS = 'PubTator, BioC XML or BioC JSON'

/**
 * Reads an annotated file, PubTator, BioC XML or BioC JSON, seen from how its content begins;
 * `undefined` when it begins like none of them. A byte order mark and blanks before it do not matter.
 */
export function readAnnotated(text: string): ReadResult<BiocCollection> | undefined {
  const beginning = text.slice(0, MAX_BEGINNING).trimStart() // trims a byte order mark too
  return BEGINNINGS.find(([pattern]) => pattern.test(beginning))?.[1](text)
}

/** No format needs more to be known, comments before the root included. UTF-16 units. */
const MAX_BEGINNING = 10_000
