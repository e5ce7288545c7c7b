/**
 * Typing errors between what was typed and a name: characters left out, put in, replaced, or two neighbours swapped
 * (optimal string alignment).
 */
export interface Edits {
  /** To the whole name. */
  readonly whole: number
  /** To the beginning of the name that is nearest to what was typed; never more than `whole`. */
  readonly beginning: number
}

/** Counts edits up to `most`; what takes more counts as `most + 1`. Cost: the product of both lengths at worst. */
export function editsBetween(typed: string, name: string, most: number): Edits {
  const width = Math.min(name.length, typed.length + most)
  const isLonger = name.length > width
  let twoBefore: number[] = []
  let before = Array.from({ length: width + 1 }, (_, j) => j)
  for (let i = 1; i <= typed.length; i += 1) {
    const here = [i]
    for (let j = 1; j <= width; j += 1) {
      const same = typed[i - 1] === name[j - 1]
      let least = Math.min(before[j - 1]! + (same ? 0 : 1), before[j]! + 1, here[j - 1]! + 1)
      if (i > 1 && j > 1 && typed[i - 1] === name[j - 2] && typed[i - 2] === name[j - 1])
        least = Math.min(least, twoBefore[j - 2]! + 1)
      here.push(least)
    }
    if (Math.min(...here) > most) return { whole: most + 1, beginning: most + 1 }
    twoBefore = before
    before = here
  }
  const bounded = (edits: number): number => Math.min(edits, most + 1)
  return { whole: bounded(isLonger ? most + 1 : before[width]!), beginning: bounded(Math.min(...before)) }
}

/** How many typing errors a text of so many characters may have and still mean a name. */
export function allowedEdits(length: number): number {
  if (length < 4) return 0
  if (length < 8) return 1
  return length < 14 ? 2 : 3
}

const CHARACTERS = [...'abcdefghijklmnopqrstuvwxyz0123456789 ']

/** All texts that differ by one edit from a folded text, some more than once: about 75 for each character. */
export function* withOneEdit(folded: string): Generator<string, void, void> {
  for (let i = 0; i <= folded.length; i += 1) {
    const head = folded.slice(0, i)
    const rest = folded.slice(i + 1)
    if (i < folded.length) yield head + rest
    if (rest !== '') yield head + rest[0]! + folded[i]! + rest.slice(1)
    for (const character of CHARACTERS) {
      if (i < folded.length) yield head + character + rest
      yield head + character + folded.slice(i)
    }
  }
}
