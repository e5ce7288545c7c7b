import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { digestOfFiles } from '../modelFiles.ts'
import { missing, readChecked, unfit } from './files.ts'
import type { LabelScheme } from './scheme.ts'
import { readScheme } from './scheme.ts'
import {
  readTokenizerKind,
  TOKENIZER_CONFIG_FILE,
  TOKENIZER_FILE,
  WORD_PIECES_FILE,
} from './tokenizerKind.ts'
import type { TokenizerKind } from './tokenizerKind.ts'

export const CONFIG_FILE = 'config.json'
/** The graph; in a folder `onnx` where Hugging Face's hub has it. */
export const GRAPH_FILES = ['model.onnx', 'onnx/model.onnx'] as const

const ConfigSchema = v.object({
  model_type: v.pipe(v.string(), v.nonEmpty()),
  id2label: v.record(v.pipe(v.string(), v.regex(/^\d+$/, 'must be a number')), v.string()),
  max_position_embeddings: v.nullish(v.number()),
  pad_token_id: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
})

/** A token-classification model as Hugging Face describes it. */
export interface ClassifierConfig {
  readonly folder: string
  /** The graph file, below the folder. */
  readonly graph: string
  readonly scheme: LabelScheme
  readonly tokenizer: TokenizerKind
  /** Word pieces read at once, with those that frame the text. */
  readonly maxPieces: number
}

/** Position ids of these begin behind the padding's id, so that they have fewer tokens than positions. */
const PADDED_POSITIONS = ['roberta', 'xlm-roberta', 'camembert', 'longformer']
const USUAL_PIECES = 512
/** Models that could read more at once are given this much: memory grows with its square. */
const MOST_PIECES = 2048

/**
 * Reads and checks the description of a token-classification model.
 * @throws ConceptLensError `token-classification-missing` or `token-classification-unfit`
 */
export async function readClassifierConfig(folder: string): Promise<ClassifierConfig> {
  const path = join(folder, CONFIG_FILE)
  const found = await readChecked(path, ConfigSchema)
  const labels = Object.entries(found.id2label)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, label]) => label)
  const read = readScheme(labels)
  if (read.refused !== undefined) throw unfit(path, read.refused)
  const graph = GRAPH_FILES.find((file) => existsSync(join(folder, file)))
  if (graph === undefined) throw missing(join(folder, GRAPH_FILES[0]), new Error('no such file'))
  const { kind: tokenizer, maxPieces: most } = await readTokenizerKind(folder)
  const unused = PADDED_POSITIONS.includes(found.model_type) ? (found.pad_token_id ?? 0) + 1 : 0
  const positions = found.max_position_embeddings ?? 0
  const maxPieces = Math.min(MOST_PIECES, most, positions > 0 ? positions - unused : USUAL_PIECES)
  if (!Number.isInteger(maxPieces) || maxPieces < 1)
    throw unfit(path, `it would read ${maxPieces} word pieces at once`)
  return { folder, graph, scheme: read.scheme, tokenizer, maxPieces }
}

/** A digest of all files that decide what the model finds. */
export function classifierDigest({ folder, graph }: ClassifierConfig): Promise<string> {
  const optional = [TOKENIZER_FILE, TOKENIZER_CONFIG_FILE, WORD_PIECES_FILE, `${graph}_data`, `${graph}.data`]
  const files = [CONFIG_FILE, graph, ...optional.filter((file) => existsSync(join(folder, file)))]
  return digestOfFiles(folder, files, missing)
}
