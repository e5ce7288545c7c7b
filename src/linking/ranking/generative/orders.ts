/**
 * The orders in which options are shown: the first as they stand, each further one shuffled. The same seed gives the same
 * orders, and a longer list begins like a shorter one.
 */
export function ordersOf(nOptions: number, nOrders: number, seed: number): readonly (readonly number[])[] {
  const random = seededRandom(seed)
  const asTheyStand = Array.from({ length: nOptions }, (_, i) => i)
  return Array.from({ length: Math.max(1, nOrders) }, (_, i) =>
    i === 0 ? asTheyStand : shuffled(asTheyStand, random),
  )
}

/** Fisher and Yates, in Durstenfeld's form. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1))
    const [a, b] = [result[i] as T, result[j] as T]
    result[i] = b
    result[j] = a
  }
  return result
}

/** Mulberry32: numbers in [0, 1) that a seed determines. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
