/** The word of a list that a person most likely meant; `undefined` when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const most = Math.max(word.length > 3 ? 2 : 1, Math.floor(word.length / 3))
  const ranked = known
    .map((one) => ({ one, distance: distanceOf(word.toLowerCase(), one.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  return ranked[0] && ranked[0].distance <= most ? ranked[0].one : undefined
}

/** Letters inserted, removed or exchanged (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (next[j - 1] ?? 0) + 1,
          (row[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + Number(a.charAt(i - 1) !== b.charAt(j - 1)),
        ),
      )
    row = next
  }
  return row[b.length] ?? 0
}
