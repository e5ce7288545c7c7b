import type { ConceptRef, KnowledgeBase } from '../../core/index.ts'
import { fold, hasWords, type TypedWords } from '../../knowledge/index.ts'

/** A name of a common concept. */
export interface CommonName {
  readonly concept: ConceptRef
  /** Which of the concept's names: an index into `Concept.names`. */
  readonly index: number
}

/** The folded names of the concepts that annotated training text names, kept in memory, the commonest concept first. */
export interface CommonNames {
  /** Names that begin with the folded text, of the `limit` commonest concepts that have one. */
  beginning(folded: string, limit: number): readonly CommonName[]
  /** Names that have the words (see `hasWords`) and begin otherwise. */
  withWords(folded: string, words: TypedWords, limit: number): readonly CommonName[]
}

/** How much is collected between two pauses: a few milliseconds. */
const CONCEPTS_PER_SLICE = 250
const REFS_PER_SLICE = 100_000

/**
 * Collects them. A knowledge base of 4 million concepts without counts takes some 0.1 s, one of 20,000 concepts with
 * counts half a second; others have their turn at every pause. Memory: the names' folded text and 12 bytes for each.
 */
export async function collectCommonNames(
  kb: KnowledgeBase,
  pause: () => Promise<void>,
): Promise<CommonNames> {
  const concepts: CommonConcept[] = []
  for (let ref = 0; ref < kb.info.nConcepts; ref += 1) {
    if (ref % REFS_PER_SLICE === 0) await pause()
    const count = kb.conceptCount(ref)
    if (count === 0) continue
    concepts.push({ ref, count, names: kb.names(ref).map(({ text }) => fold(text)) })
    if (concepts.length % CONCEPTS_PER_SLICE === 0) await pause()
  }
  await pause()
  return commonNamesOf(concepts.sort((a, b) => b.count - a.count || a.ref - b.ref))
}

interface CommonConcept {
  readonly ref: ConceptRef
  readonly count: number
  /** Folded. */
  readonly names: readonly string[]
}

/**
 * All names in one text, `␊ breast cancer ␊ cancer …`, so that a beginning of a name or of a word is found by searching
 * that text; lists of numbers tell whose name stands where.
 */
function commonNamesOf(sorted: readonly CommonConcept[]): CommonNames {
  const names = sorted.flatMap(({ ref, names }) => names.map((text, index) => ({ ref, index, text })))
  const all = names.map(({ text }) => `\n ${text} `).join('')
  const starts = new Uint32Array(names.length + 1)
  names.forEach(({ text }, i) => (starts[i + 1] = starts[i]! + text.length + 3))
  const concepts = Uint32Array.from(names, ({ ref }) => ref)
  const indexes = Uint32Array.from(names, ({ index }) => index)

  /** The names in which the pattern stands and which are so, until `limit` concepts have one. */
  const find = (pattern: string, limit: number, isSo: (i: number) => boolean): CommonName[] => {
    const found: CommonName[] = []
    const seen = new Set<ConceptRef>()
    for (let at = all.indexOf(pattern); at >= 0;) {
      const i = lineAt(starts, at)
      if (isSo(i)) {
        seen.add(concepts[i]!)
        if (seen.size > limit) break
        found.push({ concept: concepts[i]!, index: indexes[i]! })
      }
      at = all.indexOf(pattern, starts[i + 1]! - 1)
    }
    return found
  }
  const textOf = (i: number): string => all.slice(starts[i]! + 2, starts[i + 1]! - 1)

  return {
    beginning: (folded, limit) => find(`\n ${folded}`, limit, () => true),
    withWords(folded, words, limit) {
      const [longest = ''] = [...words.beginnings].sort((a, b) => b.length - a.length)
      return find(` ${longest}`, limit, (i) => {
        const text = textOf(i)
        return hasWords(text, words) && !text.startsWith(folded)
      })
    },
  }
}

/** The line that holds a place of the text. */
function lineAt(starts: Uint32Array, place: number): number {
  let low = 0
  for (let high = starts.length - 1; low + 1 < high;) {
    const middle = (low + high) >>> 1
    if (starts[middle]! <= place) low = middle
    else high = middle
  }
  return low
}
