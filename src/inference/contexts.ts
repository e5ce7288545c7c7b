import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import type { ModelManifest } from './modelManifest.ts'
import { parseJson, unfitFile } from './modelFiles.ts'

/** The file in a model's folder with its {@link Contexts}; optional. */
export const CONTEXTS_FILE = 'contexts.json'

const Base64 = v.pipe(v.string(), v.base64())

const ContextsSchema = v.object({
  /** What a perfect fit adds to a candidate's score. */
  weight: v.number(),
  dimensions: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** `[dimensions, hidden]` as 32-bit floats, little endian. */
  projection: Base64,
  /** `[dimensions]` likewise. */
  offset: Base64,
  /** Ids of concepts. */
  concepts: v.array(v.string()),
  /** `[concepts, dimensions]` as signed bytes; only the direction of a row counts. */
  vectors: Base64,
})

/**
 * What stands around concepts in training text: for each the mean direction of its mentions' states in the model, projected to a few
 * dimensions. Where a name is that of several concepts, their contexts tell them apart, as sense embeddings do (Loureiro and
 * Jorge: Language Modelling Makes Sense, ACL 2019).
 */
export interface Contexts {
  /**
   * What to add to the score of a candidate of a concept, for a mention with this state: `weight` times the cosine of both; 0 for a
   * concept that training text did not have. @param state the mean of the mention's token states, `[hidden]`
   */
  fitFor(state: Float32Array): (concept: string | undefined) => number
}

/**
 * The contexts that belong to a model, when it has some.
 * @throws ConceptLensError `model-manifest-invalid` when they do not fit the manifest
 */
export async function readContexts(modelDir: string, manifest: ModelManifest): Promise<Contexts | undefined> {
  if (!manifest.sha256[CONTEXTS_FILE]) return undefined
  const path = join(modelDir, CONTEXTS_FILE)
  const unfit = (what: string): Error => unfitFile(path, what)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unfit(cause instanceof Error ? cause.message : String(cause))
  })
  const found = v.safeParse(ContextsSchema, parseJson(text, unfit))
  if (!found.success) throw unfit(`${v.getDotPath(found.issues[0]) ?? 'it'}: ${found.issues[0].message}`)
  const { weight, dimensions, concepts } = found.output
  const bytesOf = (name: 'projection' | 'offset' | 'vectors', size: number): Uint8Array => {
    const bytes = Uint8Array.from(Buffer.from(found.output[name], 'base64'))
    if (bytes.length === size) return bytes
    throw unfit(`${name} has ${String(bytes.length)} bytes, and ${String(size)} would fit the manifest`)
  }
  const { hidden } = manifest.architecture
  return contextsOf({
    weight,
    concepts,
    projection: new Float32Array(bytesOf('projection', 4 * dimensions * hidden).buffer),
    offset: new Float32Array(bytesOf('offset', 4 * dimensions).buffer),
    vectors: new Int8Array(bytesOf('vectors', concepts.length * dimensions).buffer),
  })
}

/** As in the file; the number of dimensions is that of `offset`. */
interface ContextsContent {
  readonly weight: number
  readonly projection: Float32Array
  readonly offset: Float32Array
  readonly concepts: readonly string[]
  readonly vectors: Int8Array
}

function contextsOf({ weight, projection, offset, concepts, vectors }: ContextsContent): Contexts {
  const rows = new Map(concepts.map((id, row) => [id, row]))
  const n = offset.length
  return {
    fitFor(state) {
      const place = offset.map((value, i) => value + dot(projection, i * state.length, state))
      const length = Math.sqrt(dot(place, 0, place))
      return (concept) => {
        const row = concept === undefined ? undefined : rows.get(concept)
        if (row === undefined || length === 0) return 0
        const vector = vectors.subarray(row * n, (row + 1) * n)
        const own = Math.sqrt(dot(vector, 0, vector))
        return own === 0 ? 0 : (weight * dot(vector, 0, place)) / (own * length)
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
