import { ConceptLensError } from '../../../core/index.ts'

const MAX_LABELS = 8_192

/** The error of texts that 32-bit offsets cannot reach. */
export function tooLarge(what: string): ConceptLensError {
  return new ConceptLensError(
    'kb-too-large',
    `The ${what} of the knowledge base exceed 4 GiB. Import fewer sources into one store.`,
  )
}

/** Source labels in the order of their numbers; throws when there are too many. */
export function numberedLabels(labels: Iterable<string>): string[] {
  const sorted = [...new Set(labels)].sort()
  if (sorted.length <= MAX_LABELS) return sorted
  throw new ConceptLensError(
    'kb-too-many-sources',
    `The sources of names have ${String(sorted.length)} different labels; at most ${String(MAX_LABELS)} are allowed. Use short source names, not a value per row.`,
  )
}
