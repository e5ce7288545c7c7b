import type { LabelAsked } from '../../../inference/index.ts'

/** Types as people name them. */
export interface ReadLabels {
  /** Each type once, in the order given. */
  readonly labels: readonly LabelAsked[]
  /** Clauses without a full stop about what is not allowed. */
  readonly problems: readonly string[]
}

/**
 * Reads named types: texts with one type each or several between commas, and a threshold of its own behind `=`.
 * @param threshold of those that have none of their own, 0 … 1
 * @example `['assay, cell line = 0.3']` with 0.5 gives assay from 0.5 and cell line from 0.3.
 */
export function readLabels(texts: readonly string[], threshold: number): ReadLabels {
  const labels = new Map<string, number>()
  const problems: string[] = []
  for (const item of texts.flatMap((text) => text.split(',')).map((text) => text.trim())) {
    if (item === '') continue
    const at = item.lastIndexOf('=')
    const label = (at < 0 ? item : item.slice(0, at)).trim().replaceAll(/\s+/g, ' ')
    const own = at < 0 ? threshold : Number(item.slice(at + 1).trim() || NaN)
    if (label === '' || !(own >= 0 && own <= 1))
      problems.push(
        `"${item}" is no type with a threshold; allowed are a name, or a name, "=" and a number from 0 to 1`,
      )
    else labels.set(label, own)
  }
  return { labels: Array.from(labels, ([label, own]) => ({ label, threshold: own })), problems }
}
