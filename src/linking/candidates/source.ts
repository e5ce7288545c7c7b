import type { CancellationToken, Candidate, Slices } from '../../core/index.ts'
import { fusedScore } from './entries.ts'

/** Finds concepts that a text may name. */
export interface CandidateSource {
  /** As in the description of a pipeline: `fused`. */
  readonly name: string
  /** Everything that its answer depends on besides the text, as JSON can hold it: part of the key of kept results. */
  readonly key: unknown
  /** What follows when it fails, for people; ends without a full stop. */
  readonly consequence: string
  /**
   * At most `limit` concepts, each once, best first; a smaller limit gives the beginning of the longer list. `undefined` when it
   * cannot say now; it may also fail, which is told to people once. What is not cancelled in time is cancelled with `CancelledError`.
   * With `slices` others have their turn in the midst of a long look-up.
   */
  find(
    text: string,
    limit: number,
    token?: CancellationToken,
    slices?: Slices,
  ): readonly Candidate[] | undefined | Promise<readonly Candidate[] | undefined>
}

/** A source and when it is asked. */
export interface CandidateLayer {
  readonly source: CandidateSource
  /** Asked only where the layers above found fewer concepts than this; absent: whenever there is room. */
  readonly ifFewerThan?: number | undefined
}

/** Asks one source; `undefined` when it cannot say. */
export type AskSource = (
  source: CandidateSource,
  text: string,
  limit: number,
) => Promise<readonly Candidate[] | undefined>

/**
 * What the layers find for a text, those of an upper layer first: a concept stands where it was found first, by the name that is most
 * like the text. At most `limit`; a layer is not asked when the list is full.
 */
export async function candidatesOf(
  layers: readonly CandidateLayer[],
  { text, limit }: { readonly text: string; readonly limit: number },
  ask: AskSource,
): Promise<readonly Candidate[]> {
  const found = new Map<string, Candidate>()
  for (const { source, ifFewerThan = limit } of layers) {
    if (found.size >= Math.min(ifFewerThan, limit)) continue
    for (const one of (await ask(source, text, limit)) ?? []) {
      const known = found.get(one.id)
      if (known ? fusedScore(one) > fusedScore(known) : found.size < limit) found.set(one.id, one)
    }
  }
  return [...found.values()]
}
