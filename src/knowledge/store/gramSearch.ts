import type { Container, GramList, GramLists } from './gramLists.ts'

/** What to look for in a block. */
export interface BlockQuery {
  readonly block: number
  /** The query's lists, rarest first. */
  readonly lists: readonly WeightedList[]
  /** Forms with a lower dot product per norm may be left out. */
  readonly leastPerNorm: number
}

/** A gram of the query: who has it, and what it adds to a dot product. */
export interface WeightedList extends GramList {
  readonly weight: number
}

/** The norms of forms, from samples: between two bounds that lie close together. */
export interface NormBounds {
  low(form: number): number
  high(form: number): number
}

/** Takes a form and its dot product with the query, summed in 32 bits. */
export type Report = (form: number, dot: number) => void

/** Finds what is like a query in one block. */
export interface BlockScorer {
  /** Reports every form whose dot product per norm is not below `leastPerNorm`, and perhaps some below. */
  score(query: BlockQuery, report: Report): void
  /** Reports some forms that share rare grams with the query: a cheap look at how good the best may be. */
  glance(query: Pick<BlockQuery, 'block' | 'lists'>, nWanted: number, report: Report): void
}

/** A glance takes in no further list when it would then have more candidates than this. */
const MAX_GLANCED = 2_000

/** Below this share of a list's length, looking up each candidate is faster than walking the list. */
const LOOK_UP_SHARE = 1 / 16

/** A list as it stands in one block. */
interface BlockList {
  readonly list: WeightedList
  readonly entry: number
}

/**
 * Scores blocks after MaxScore (Turtle and Flood 1995): lists are added rarest first. As long as the weights still to
 * come could lift a new form over the threshold, its forms become candidates; from then on lists only complete the
 * candidates there are, and those that cannot make it any more are dropped before each.
 */
export function createBlockScorer(grams: GramLists, norms: NormBounds, blockSize: number): BlockScorer {
  const sums = new Float32Array(blockSize)
  const candidates = new Uint16Array(blockSize)
  return {
    score({ block, lists, leastPerNorm }, report) {
      const first = block * blockSize
      const { present, weight } = presentIn(block, lists)
      let remaining = weight
      const least = leastPerNorm * norms.low(first)
      let n = 0
      for (const { list, entry } of present) {
        if (remaining >= least) n = gather(grams.container(list, entry), list.weight, n)
        else {
          n = pruned(n, least - remaining)
          if (n === 0) break
          complete(grams.container(list, entry), list.weight, n)
        }
        remaining -= list.weight
      }
      reported(n, first, report)
    },
    glance({ block, lists }, nWanted, report) {
      let n = 0
      for (const { list, entry } of presentIn(block, lists).present) {
        const isGathering = n < nWanted || n + list.counts[entry]! <= MAX_GLANCED
        if (isGathering) n = gather(grams.container(list, entry), list.weight, n)
        else complete(grams.container(list, entry), list.weight, n)
      }
      reported(n, block * blockSize, report)
    },
  }

  /** The lists that stand in a block, and what all of them would add. */
  function presentIn(
    block: number,
    lists: readonly WeightedList[],
  ): { present: BlockList[]; weight: number } {
    const present: BlockList[] = []
    let weight = 0
    for (const list of lists) {
      const entry = entryOf(list, block)
      if (entry < 0) continue
      present.push({ list, entry })
      weight += list.weight
    }
    return { present, weight }
  }

  /** Reports the candidates and forgets them. */
  function reported(n: number, first: number, report: Report): void {
    for (let i = 0; i < n; i += 1) {
      const place = candidates[i]!
      report(first + place, sums[place]!)
      sums[place] = 0
    }
  }

  /** Drops the candidates whose sum is below `least`; returns how many stay. */
  function pruned(n: number, least: number): number {
    let kept = 0
    for (let i = 0; i < n; i += 1) {
      const place = candidates[i]!
      if (sums[place]! >= least) candidates[kept++] = place
      else sums[place] = 0
    }
    return kept
  }

  /** Adds the list's weight to its forms and takes new ones in; returns how many candidates there are. */
  function gather({ isMap, units }: Container, weight: number, before: number): number {
    return isMap ? gatherMap(units, weight, before) : gatherPlaces(units, weight, before)
  }

  // The two loops in which a search spends most of its time. A place beyond the block, in a damaged store, is nowhere.
  function gatherPlaces(units: Uint16Array, weight: number, before: number): number {
    let n = before
    for (let i = 0; i < units.length; i += 1) {
      const place = units[i]!
      const sum = sums[place]!
      if (sum === 0) candidates[n++] = place
      sums[place] = sum + weight
    }
    return n
  }

  function gatherMap(units: Uint16Array, weight: number, before: number): number {
    let n = before
    for (let i = 0; i < units.length; i += 1) {
      for (let bits = units[i]!; bits !== 0; bits &= bits - 1) {
        const place = (i << 4) + 31 - Math.clz32(bits & -bits)
        const sum = sums[place]!
        if (sum === 0) candidates[n++] = place
        sums[place] = sum + weight
      }
    }
    return n
  }

  /** Adds the list's weight to those candidates that are in it. */
  function complete({ isMap, units }: Container, weight: number, n: number): void {
    if (isMap) {
      for (let i = 0; i < n; i += 1) {
        const place = candidates[i]!
        if ((units[place >>> 4]! >>> (place & 15)) & 1) sums[place]! += weight
      }
    } else if (n < units.length * LOOK_UP_SHARE) {
      for (let i = 0; i < n; i += 1) {
        const place = candidates[i]!
        if (placeOf(units, place) >= 0) sums[place]! += weight
      }
    } else {
      for (let i = 0; i < units.length; i += 1) {
        const place = units[i]!
        if (sums[place]! > 0) sums[place]! += weight
      }
    }
  }
}

/** Where a list stands in a block; -1 when none of its forms has the gram. */
function entryOf({ blocks }: GramList, block: number): number {
  return blocks[block] === block ? block : placeOf(blocks, block)
}

/** Where the value stands in the ascending numbers; -1 when it does not. */
function placeOf(ascending: Uint16Array, value: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle]! < value) low = middle + 1
    else high = middle
  }
  return ascending[low] === value ? low : -1
}
