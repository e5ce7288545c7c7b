import type { Container, GramList, GramLists } from './gramLists.ts'

/**
 * The forms that have all of the grams, ascending: block by block, the rarest list first, the others looked up in.
 * Nothing for no grams. Lazy: who needs only a few stops early.
 */
export function* formsWithAll(
  grams: Uint32Array,
  lists: GramLists,
  blockSize: number,
): Generator<number, void, void> {
  const found = [...grams].map((gram) => ({ list: lists.list(gram), frequency: lists.frequency(gram) }))
  const [rarest, ...others] = found.sort((a, b) => a.frequency - b.frequency).map(({ list }) => list)
  if (!rarest || others.includes(undefined)) return
  for (const [entry, block] of rarest.blocks.entries()) {
    let places = placesOf(lists.container(rarest, entry))
    for (const list of others as GramList[]) {
      if (places.length === 0) break
      const at = list.blocks.indexOf(block)
      places = at < 0 ? [] : both(places, lists.container(list, at))
    }
    for (const place of places) yield block * blockSize + place
  }
}

/** A copy, as the container is good until the next look only. */
function placesOf({ isMap, units }: Container): number[] {
  if (!isMap) return [...units]
  const places: number[] = []
  units.forEach((unit, i) => {
    for (let bits = unit; bits !== 0; bits &= bits - 1) places.push((i << 4) + 31 - Math.clz32(bits & -bits))
  })
  return places
}

/** The ascending places that are in the container too. */
function both(places: readonly number[], { isMap, units }: Container): number[] {
  if (isMap) return places.filter((place) => ((units[place >>> 4] ?? 0) >>> (place & 15)) & 1)
  let at = 0
  return places.filter((place) => {
    while (at < units.length && units[at]! < place) at += 1
    return units[at] === place
  })
}
