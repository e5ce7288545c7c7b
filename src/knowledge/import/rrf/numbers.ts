import { GrowingUint32 } from '../../store/growing.ts'

/** A set of concept numbers, a bit each. */
export class NumberSet {
  readonly #words = new GrowingUint32()

  has(number: number): boolean {
    return ((this.#words.get(number >>> 5) >>> (number & 31)) & 1) === 1
  }

  add(number: number): void {
    this.#words.set(number >>> 5, this.#words.get(number >>> 5) | (1 << (number & 31)))
  }
}

/** The semantic types of concepts: most concepts share one of a few hundred combinations. */
export class TypesByConcept {
  /** Index of the combination of each concept; 0 is the empty one. */
  readonly #combinationOf = new GrowingUint32()
  readonly #combinations: string[][] = [[]]
  readonly #indices = new Map<string, number>([['', 0]])

  of(number: number): readonly string[] {
    return this.#combinations[this.#combinationOf.get(number)]!
  }

  add(number: number, tui: string): void {
    const types = [...new Set([...this.of(number), tui])].sort()
    const key = types.join()
    let index = this.#indices.get(key)
    if (index === undefined) {
      index = this.#combinations.push(types) - 1
      this.#indices.set(key, index)
    }
    this.#combinationOf.set(number, index)
  }
}
