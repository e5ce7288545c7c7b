import { join } from 'node:path'
import * as v from 'valibot'
import type { Span } from '../core/index.ts'
import { readLinkerJson, unfitFile } from './modelFiles.ts'
import type { ModelManifest } from './modelManifest.ts'

/** The file in a model's folder with its {@link Contexts}; optional. */
export const CONTEXTS_FILE = 'contexts.json'

const Base64 = v.pipe(v.string(), v.base64())

const ContextsSchema = v.object({
  /** What cosines are multiplied by. */
  trust: v.pipe(v.number(), v.minValue(0)),
  dimensions: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** `[dimensions, hidden]` as 32-bit floats, little endian. */
  projection: Base64,
  /** `[dimensions]` likewise. */
  offset: Base64,
  /** Ids of concepts. */
  concepts: v.array(v.string()),
  /** How many mentions of each concept were read. */
  counts: v.array(v.pipe(v.number(), v.integer(), v.minValue(1))),
  /** Other ids of concepts, and their places in the list. */
  aliases: v.record(v.string(), v.pipe(v.number(), v.integer(), v.minValue(0))),
  /** `[concepts, dimensions]` as signed bytes; only the direction of a row counts. */
  vectors: Base64,
})

/**
 * What stands around concepts in training text: for each the mean direction of its mentions' states in the model, projected to a few
 * dimensions. Where a name is that of several concepts, their contexts tell them apart, as sense embeddings do (Loureiro and
 * Jorge: Language Modelling Makes Sense, ACL 2019).
 */
export interface Contexts {
  /** Where tokens with these states stand. @param states `[tokens, hidden]` @returns `[tokens, dimensions]` */
  placesOf(states: Float32Array): Float32Array
  /** How well a mention fits concepts, by the places of all tokens of its text and its own rows among them, `[start, end)`. */
  fitsOf(places: Float32Array, rows: Span): FitOf
}

/** How well one mention stands where a concept does; `undefined` for a concept that training text did not have. */
export type FitOf = (concept: string) => ContextFit | undefined

export interface ContextFit {
  /** The cosine of the mention's direction and the concept's, times what the model says a cosine counts. */
  readonly closeness: number
  /** How many mentions of the concept training text had, at least 1. */
  readonly count: number
}

/**
 * The contexts that belong to a model, when it has some.
 * @throws ConceptLensError `model-manifest-invalid` when they do not fit the manifest
 */
export async function readContexts(modelDir: string, manifest: ModelManifest): Promise<Contexts | undefined> {
  if (!manifest.sha256[CONTEXTS_FILE]) return undefined
  const path = join(modelDir, CONTEXTS_FILE)
  const unfit = (what: string): Error => unfitFile(path, what)
  const found = v.safeParse(ContextsSchema, await readLinkerJson(path))
  if (!found.success) throw unfit(`${v.getDotPath(found.issues[0]) ?? 'it'}: ${found.issues[0].message}`)
  const { trust, dimensions, concepts, counts, aliases } = found.output
  const bytesOf = (name: 'projection' | 'offset' | 'vectors', size: number): Uint8Array => {
    const bytes = Uint8Array.from(Buffer.from(found.output[name], 'base64'))
    if (bytes.length === size) return bytes
    throw unfit(`${name} has ${String(bytes.length)} bytes, and ${String(size)} would fit the manifest`)
  }
  if (counts.length !== concepts.length)
    throw unfit(`it has ${String(concepts.length)} concepts and ${String(counts.length)} counts`)
  const lost = Object.entries(aliases).find(([, row]) => row >= concepts.length)
  if (lost) throw unfit(`${lost[0]} is an id of concept ${String(lost[1])} of ${String(concepts.length)}`)
  const { hidden } = manifest.architecture
  return contextsOf({
    trust,
    counts,
    rowOf: new Map([...Object.entries(aliases), ...concepts.map((id, row) => [id, row] as const)]),
    projection: new Float32Array(bytesOf('projection', 4 * dimensions * hidden).buffer),
    offset: new Float32Array(bytesOf('offset', 4 * dimensions).buffer),
    vectors: new Int8Array(bytesOf('vectors', concepts.length * dimensions).buffer),
  })
}

/** As in the file; the number of dimensions is that of `offset`. */
interface ContextsContent {
  readonly trust: number
  readonly projection: Float32Array
  readonly offset: Float32Array
  /** Of every id. */
  readonly rowOf: ReadonlyMap<string, number>
  readonly counts: readonly number[]
  readonly vectors: Int8Array
}

function contextsOf({ trust, projection, offset, rowOf, counts, vectors }: ContextsContent): Contexts {
  const n = offset.length
  const hidden = projection.length / n
  return {
    placesOf(states) {
      const places = new Float32Array((states.length / hidden) * n)
      for (let at = 0; at < places.length; at++) {
        const token = Math.floor(at / n)
        const state = states.subarray(token * hidden, (token + 1) * hidden)
        places[at] = (offset[at % n] ?? 0) + dot(projection, (at % n) * hidden, state)
      }
      return places
    },
    fitsOf(places, { start, end }) {
      // The mean of places is the place of the mean, and only its direction counts.
      const place = new Float32Array(n)
      for (let at = start * n; at < end * n; at++) place[at % n] = (place[at % n] ?? 0) + (places[at] ?? 0)
      const length = Math.sqrt(dot(place, 0, place))
      return (concept) => {
        const row = rowOf.get(concept)
        if (row === undefined) return undefined
        const vector = vectors.subarray(row * n, (row + 1) * n)
        const lengths = Math.sqrt(dot(vector, 0, vector)) * length
        return {
          closeness: lengths === 0 ? 0 : (trust * dot(vector, 0, place)) / lengths,
          count: counts[row] ?? 1,
        }
      }
    },
  }
}

/** The product of `b` and as many numbers of `a` from `start` on. */
function dot(a: Float32Array | Int8Array, start: number, b: Float32Array | Int8Array): number {
  let sum = 0
  for (let i = 0; i < b.length; i++) sum += (a[start + i] ?? 0) * (b[i] ?? 0)
  return sum
}
