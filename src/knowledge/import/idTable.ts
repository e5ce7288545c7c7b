import { hashOf } from '../names/hash.ts'
import { GrowingUint32 } from '../store/growing.ts'

const CHUNK_BYTES = 1 << 22

/**
 * Ids by number, in the order in which they were met first: millions of them in a fraction of the memory of strings.
 * Compared by their text, never by hash alone.
 */
export class IdTable {
  /** Texts in UTF-8, each behind its length in two bytes; none crosses the end of a chunk. */
  #chunks: Buffer[] = [Buffer.allocUnsafeSlow(CHUNK_BYTES)]
  /** Where each id begins: chunk number × chunk size + place in the chunk. */
  #starts = new GrowingUint32()
  #hashes = new GrowingUint32()
  /** Number + 1 of the id in the slot, 0 for none. */
  #slots = new Uint32Array(1 << 12)
  #used = 0
  /** How much of each chunk before the last is used. */
  #ends: number[] = []

  get size(): number {
    return this.#starts.length
  }

  /** The number of an id, a new one when it was not met before. */
  number(id: string): number {
    const hash = hashOf(id)
    const slot = this.#slotOf(id, hash)
    const found = this.#slots[slot]!
    return found === 0 ? this.#add(id, hash, slot) : found - 1
  }

  /** The number of an id that was met before. */
  find(id: string): number | undefined {
    const found = this.#slots[this.#slotOf(id, hashOf(id))]!
    return found === 0 ? undefined : found - 1
  }

  text(number: number): string {
    const { chunk, at, end } = this.#place(number)
    return chunk.toString('utf8', at, end)
  }

  /** Negative when the bytes of one id come before those of the other. */
  compare(a: number, b: number): number {
    const one = this.#place(a)
    const other = this.#place(b)
    return one.chunk.compare(other.chunk, other.at, other.end, one.at, one.end)
  }

  /** The bytes of the ids from a number on, as {@link load} takes them: good until the next change. */
  *bytesFrom(number: number): Generator<Buffer> {
    if (number >= this.size) return
    const start = this.#starts.get(number)
    const first = Math.floor(start / CHUNK_BYTES)
    for (let i = first; i < this.#chunks.length; i += 1)
      yield this.#chunks[i]!.subarray(i === first ? start % CHUNK_BYTES : 0, this.#ends[i] ?? this.#used)
  }

  /** Adds ids as {@link bytesFrom} gave them, each under the next number. */
  load(bytes: Buffer): void {
    for (let at = 0; at + 2 <= bytes.length;) {
      const end = at + 2 + bytes.readUInt16LE(at)
      const id = bytes.toString('utf8', at + 2, end)
      this.#add(id, hashOf(id))
      at = end
    }
  }

  /** Forgets all ids and frees their memory. */
  clear(): void {
    this.#chunks = [Buffer.allocUnsafeSlow(CHUNK_BYTES)]
    this.#starts = new GrowingUint32()
    this.#hashes = new GrowingUint32()
    this.#slots = new Uint32Array(1 << 12)
    this.#used = 0
    this.#ends = []
  }

  #add(id: string, hash: number, slot = this.#freeSlot(hash)): number {
    this.#append(id)
    this.#hashes.push(hash)
    this.#slots[slot] = this.size
    if (this.size * 4 > this.#slots.length * 3) this.#widen()
    return this.size - 1
  }

  #freeSlot(hash: number): number {
    const mask = this.#slots.length - 1
    let slot = hash & mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
    return slot
  }

  #place(number: number): { chunk: Buffer; at: number; end: number } {
    const start = this.#starts.get(number)
    const chunk = this.#chunks[Math.floor(start / CHUNK_BYTES)]!
    const at = (start % CHUNK_BYTES) + 2
    return { chunk, at, end: at + chunk.readUInt16LE(at - 2) }
  }

  #slotOf(id: string, hash: number): number {
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot]!
      if (found === 0) return slot
      if (this.#hashes.get(found - 1) === hash && this.#is(found - 1, id)) return slot
    }
  }

  #is(number: number, id: string): boolean {
    const { chunk, at, end } = this.#place(number)
    if (end - at === id.length) {
      let i = 0
      while (i < id.length && chunk[at + i] === id.charCodeAt(i)) i += 1
      if (i === id.length) return true
    }
    return chunk.toString('utf8', at, end) === id
  }

  #append(id: string): void {
    const most = id.length * 3 + 2
    if (this.#used + most > CHUNK_BYTES) {
      this.#ends.push(this.#used)
      this.#chunks.push(Buffer.allocUnsafeSlow(CHUNK_BYTES))
      this.#used = 0
    }
    const chunk = this.#chunks.at(-1)!
    const n = chunk.write(id, this.#used + 2)
    chunk.writeUInt16LE(n, this.#used)
    this.#starts.push((this.#chunks.length - 1) * CHUNK_BYTES + this.#used)
    this.#used += n + 2
  }

  #widen(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2)
    const hashes = this.#hashes.view()
    for (let number = 0; number < hashes.length; number += 1)
      this.#slots[this.#freeSlot(hashes[number]!)] = number + 1
  }
}
