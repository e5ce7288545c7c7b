import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Vectors of labels of one model, in memory and on disk. Losing it costs time, never correctness. */
export interface LabelStore {
  get(label: string): Float32Array | undefined
  /** Adds new labels. Rejects when the disk does not take them; they are known all the same. */
  add(entries: readonly (readonly [label: string, vector: Float32Array])[]): Promise<void>
}

/** So many labels are kept between runs; the oldest go first. */
const LABELS_KEPT = 20_000

/**
 * Opens the store of a model: lines of JSON, a label and its vector (little-endian floats in base64) each. Lines that cannot be
 * read, or are of another width, are passed over.
 */
export async function openLabelStore(file: string, width: number): Promise<LabelStore> {
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '')
  const kept = lines.slice(-LABELS_KEPT)
  const known = new Map(kept.flatMap((line) => entryOf(line, width) ?? []))
  if (kept.length < lines.length) await writeFile(file, kept.map((line) => `${line}\n`).join(''))
  return {
    get: (label) => known.get(label),
    async add(entries) {
      for (const [label, vector] of entries) known.set(label, vector)
      await mkdir(dirname(file), { recursive: true })
      await appendFile(file, entries.map(([label, vector]) => `${lineOf(label, vector)}\n`).join(''))
    },
  }
}

function lineOf(label: string, { buffer, byteOffset, byteLength }: Float32Array): string {
  return JSON.stringify([
    label,
    Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('base64'),
  ])
}

function entryOf(line: string, width: number): [[string, Float32Array]] | undefined {
  try {
    const [label, base64] = JSON.parse(line) as [unknown, unknown]
    if (typeof label !== 'string' || typeof base64 !== 'string') return undefined
    const bytes = Uint8Array.from(Buffer.from(base64, 'base64'))
    return bytes.length === 4 * width ? [[label, new Float32Array(bytes.buffer)]] : undefined
  } catch {
    return undefined
  }
}
