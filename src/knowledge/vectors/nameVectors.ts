import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { ConceptLensError } from '../../core/index.ts'
import { createNameEncoder, type NameEncoder } from './nameEncoder.ts'
import { createVectorQuantizer, LEVELS, PART, type VectorQuantizer } from './quantizer.ts'
import { readSafetensors } from './safetensors.ts'

/** What turns names into vectors and finds near ones: an encoder of names and the cells and codes that fit it. */
export interface NameVectors {
  /** Tells encoders apart: vectors of one mean nothing to another. */
  readonly fingerprint: string
  readonly encoder: NameEncoder
  readonly quantizer: VectorQuantizer
}

const Count = v.pipe(v.number(), v.integer(), v.minValue(1))

const Manifest = v.object({
  format: v.literal('conceptlens-names'),
  formatVersion: v.literal(1),
  fingerprint: v.pipe(v.string(), v.nonEmpty()),
  dims: v.pipe(Count, v.multipleOf(2 * PART)),
  // Numbers of pieces are 16 bits, of which the last stands for none.
  pieces: v.pipe(Count, v.maxValue(0xfffe)),
  groups: Count,
  cellsPerGroup: Count,
})

/**
 * Reads the encoder of names in a folder: `manifest.json`, `pieces.txt` (a part of words a line), `weights.safetensors`. The recipe that
 * makes them is `conceptlens_recipe.name_encoder`.
 * @throws ConceptLensError `names-damaged` saying which file cannot be used, and why
 */
export function openNameVectors(dir: string): NameVectors {
  const read = <T>(file: string, parse: (path: string) => T): T => {
    const path = join(dir, file)
    try {
      return parse(path)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new ConceptLensError(
        'names-damaged',
        `The encoder of names cannot be used, because of ${path}: ${reason}. Install ConceptLens again.`,
        { cause },
      )
    }
  }
  const manifest = read('manifest.json', (path) => v.parse(Manifest, JSON.parse(readFileSync(path, 'utf8'))))
  const { dims, pieces: nPieces, groups, cellsPerGroup } = manifest
  const pieces = read('pieces.txt', (path) => {
    const found = readFileSync(path, 'utf8').trimEnd().split('\n')
    if (found.length !== nPieces) throw new Error(`it has ${found.length} pieces instead of ${nPieces}`)
    return found
  })
  return read('weights.safetensors', (path) => {
    const tensors = readSafetensors(path)
    return {
      fingerprint: manifest.fingerprint,
      encoder: createNameEncoder({
        dims,
        pieces,
        rows: tensors.int8('rows', [nPieces, dims]),
        scales: tensors.float32('scales', [nPieces]),
      }),
      quantizer: createVectorQuantizer({
        dims,
        groups: tensors.float32('groups', [groups, dims]),
        cells: tensors.float32('cells', [groups * cellsPerGroup, dims]),
        points: tensors.float32('points', [dims / PART, LEVELS, PART]),
      }),
    }
  })
}
