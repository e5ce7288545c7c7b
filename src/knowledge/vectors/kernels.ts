import { VECTORS_MODULE } from './assembly.generated.ts'

/** The functions of `assembly/vectors.ts`; all but counts and factors are addresses in the memory. */
export interface Kernels {
  sum(pieces: number, n: number, rows: number, scales: number, dims: number, out: number): number
  scale(vector: number, factor: number, dims: number): void
  dots(vector: number, rows: number, n: number, dims: number, out: number): void
  nearest(vector: number, rows: number, halfSquares: number, n: number, dims: number): number
  code(vector: number, centre: number, points: number, halfSquares: number, dims: number, out: number): void
}

/** Kernels and arrays in their memory, which is all they can work on. */
export interface Arena<Name extends string> {
  readonly kernels: Kernels
  /** Where each array begins. */
  readonly at: Readonly<Record<Name, number>>
  readonly memory: ArrayBuffer
}

const PAGE_BYTES = 1 << 16
const ALIGNMENT = 16

let compiled: WebAssembly.Module | undefined

/**
 * Loads the kernels, four numbers at a time (WebAssembly SIMD, on every platform that runs Node 20), and copies arrays
 * into their memory; a number makes room for so many bytes.
 */
export function loadKernels<Name extends string>(
  arrays: Readonly<Record<Name, ArrayBufferView | number>>,
): Arena<Name> {
  compiled ??= new WebAssembly.Module(Buffer.from(VECTORS_MODULE, 'base64'))
  const entries = Object.entries(arrays) as [Name, ArrayBufferView | number][]
  const at = {} as Record<Name, number>
  // The module keeps nothing of its own in the memory, but address 0 looks like none.
  let end = ALIGNMENT
  for (const [name, array] of entries) {
    at[name] = end
    end += Math.ceil((typeof array === 'number' ? array : array.byteLength) / ALIGNMENT) * ALIGNMENT
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil(end / PAGE_BYTES) })
  for (const [name, array] of entries)
    if (typeof array !== 'number')
      new Uint8Array(memory.buffer, at[name]).set(
        new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
      )
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } })
  return { kernels: exports as unknown as Kernels, at, memory: memory.buffer }
}
