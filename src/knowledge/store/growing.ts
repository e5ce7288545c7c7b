/** Numbers below 2³² in a typed array that grows. */
export class GrowingUint32 {
  #data: Uint32Array
  #length = 0

  constructor(capacity = 1024) {
    this.#data = new Uint32Array(capacity)
  }

  get length(): number {
    return this.#length
  }

  push(value: number): void {
    if (this.#length === this.#data.length) this.#grow(this.#length + 1)
    this.#data[this.#length++] = value
  }

  /** The value at an index; 0 beyond what was set. */
  get(index: number): number {
    return index < this.#length ? this.#data[index]! : 0
  }

  set(index: number, value: number): void {
    if (index >= this.#data.length) this.#grow(index + 1)
    if (index >= this.#length) this.#length = index + 1
    this.#data[index] = value
  }

  /** What is there, without a copy: good until the next change. */
  view(): Uint32Array {
    return this.#data.subarray(0, this.#length)
  }

  #grow(least: number): void {
    const grown = new Uint32Array(Math.max(least, Math.ceil(this.#data.length * 1.5)))
    grown.set(this.#data.subarray(0, this.#length))
    this.#data = grown
  }
}
