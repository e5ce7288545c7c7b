const BITS = 11
const N_BUCKETS = 1 << BITS

/** How to look at a sort key: its bits from `shift` on are compared. */
type KeyOf = (index: number) => number

/** Sorts two columns by the first, keeping the order of equal ones. Needs as much memory again. */
export function sortPairs(
  keys: Uint32Array,
  values: Uint32Array,
): { keys: Uint32Array; values: Uint32Array } {
  const order = ascending32(keys)
  return { keys: order.map((index) => keys[index]!), values: order.map((index) => values[index]!) }
}

/** The indices of the numbers in ascending order; equal ones keep their order. No number may be negative or NaN. */
export function ascendingOrder(numbers: Float64Array): Uint32Array {
  // The bits of doubles that are not negative rise with their values.
  const words = new Uint32Array(numbers.buffer, numbers.byteOffset, numbers.length * 2)
  return sortedBy(numbers.length, [(index) => words[index * 2]!, (index) => words[index * 2 + 1]!])
}

/** A stable radix sort, least significant digit first, over 32-bit words given from the least significant on. */
function sortedBy(n: number, words: readonly KeyOf[]): Uint32Array {
  let from = new Uint32Array(n)
  for (let i = 0; i < n; i += 1) from[i] = i
  let to = new Uint32Array(n)
  for (const wordOf of words) {
    for (let shift = 0; shift < 32; shift += BITS) {
      if (!distribute(from, to, (index) => (wordOf(index) >>> shift) & (N_BUCKETS - 1))) continue
      const swapped = from
      from = to
      to = swapped
    }
  }
  return from
}

/** One pass of the sort; `false`, with nothing done, when all fall into one bucket. */
function distribute(from: Uint32Array, to: Uint32Array, digitOf: KeyOf): boolean {
  const next = new Uint32Array(N_BUCKETS + 1)
  for (let i = 0; i < from.length; i += 1) next[digitOf(from[i]!) + 1]! += 1
  if (next.includes(from.length)) return false
  for (let bucket = 0; bucket < N_BUCKETS; bucket += 1) next[bucket + 1]! += next[bucket]!
  for (let i = 0; i < from.length; i += 1) {
    const index = from[i]!
    to[next[digitOf(index)]!++] = index
  }
  return true
}

/** The indices of 32-bit numbers in ascending order; equal ones keep their order. */
export function ascending32(numbers: Uint32Array): Uint32Array {
  return sortedBy(numbers.length, [(index) => numbers[index]!])
}
