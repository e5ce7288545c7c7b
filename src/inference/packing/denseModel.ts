import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { ConceptLensError } from '../../core/index.ts'

/** What Hugging Face writes beside a model, and {@link DenseModel.scoreHead}. */
export const CONFIG_FILE = 'config.json'
/** The graph; in a folder `onnx` where Hugging Face's hub has it. */
export const GRAPH_FILES = ['model.onnx', 'onnx/model.onnx'] as const

const Count = v.pipe(v.number(), v.integer(), v.minValue(1))

const ConfigSchema = v.object({
  model_type: v.pipe(v.string(), v.nonEmpty()),
  hidden_size: Count,
  num_hidden_layers: Count,
  num_attention_heads: Count,
  intermediate_size: Count,
  max_position_embeddings: Count,
  pad_token_id: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  /** What the graph computes in; `fp32-arithmetic`: weights stored as int8, multiplied in fp32. */
  precision: v.optional(v.picklist(['fp32', 'fp16', 'fp32-arithmetic', 'int8', 'int4']), 'fp32'),
  /** For a graph that gives encoder states alone: `score = weight · state of [MASK] + bias`. */
  score_head: v.optional(v.object({ weight: v.array(v.number()), bias: v.number() })),
})

/** A dense cross-encoder as Hugging Face describes it. */
export interface DenseModel {
  /** The graph file. */
  readonly graph: string
  readonly modelType: string
  readonly hidden: number
  readonly layers: number
  readonly heads: number
  readonly intermediate: number
  readonly precision: 'fp32' | 'fp16' | 'fp32-arithmetic' | 'int8' | 'int4'
  /** Most tokens that it has positions for. */
  readonly maxTokens: number
  /** `score = weight · state of [MASK] + bias`, where the graph gives no logits. */
  readonly scoreHead?: { readonly weight: readonly number[]; readonly bias: number }
}

/** Position ids of these begin behind the padding's id, so that they have fewer tokens than positions. */
const PADDED_POSITIONS = ['roberta', 'xlm-roberta', 'camembert', 'longformer']

/**
 * Reads what a folder with an exported Hugging Face encoder says of itself.
 * @throws ConceptLensError `model-missing` or `model-manifest-invalid`.
 */
export async function readDenseModel(modelDir: string): Promise<DenseModel> {
  const path = join(modelDir, CONFIG_FILE)
  const graph = GRAPH_FILES.map((file) => join(modelDir, file)).find((file) => existsSync(file))
  if (graph === undefined) throw missing(modelDir, `none of ${GRAPH_FILES.join(', ')} is there`)
  const config = v.safeParse(ConfigSchema, await readJson(path))
  if (!config.success) {
    const issues = config.issues.map((issue) => `${v.getDotPath(issue) ?? 'config'}: ${issue.message}`)
    throw invalid(path, issues.slice(0, 3).join('; '))
  }
  const found = config.output
  const hidden = found.hidden_size
  if (found.score_head !== undefined && found.score_head.weight.length !== hidden)
    throw invalid(
      path,
      `score_head has ${found.score_head.weight.length} weights, but hidden_size is ${hidden}`,
    )
  const unused = PADDED_POSITIONS.includes(found.model_type) ? (found.pad_token_id ?? 0) + 1 : 0
  return {
    graph,
    modelType: found.model_type,
    hidden,
    layers: found.num_hidden_layers,
    heads: found.num_attention_heads,
    intermediate: found.intermediate_size,
    precision: found.precision,
    maxTokens: found.max_position_embeddings - unused,
    ...(found.score_head === undefined ? {} : { scoreHead: found.score_head }),
  }
}

/** A JSON file of a model's folder. */
export async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw missing(path, cause instanceof Error ? cause.message : String(cause), cause)
  })
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalid(path, `it is not JSON (${cause instanceof Error ? cause.message : String(cause)})`)
  }
}

function missing(path: string, what: string, cause?: unknown): ConceptLensError {
  return new ConceptLensError(
    'model-missing',
    `${path} cannot be used as a dense cross-encoder: ${what}. Such a folder has ${CONFIG_FILE}, ${GRAPH_FILES[0]} and ` +
      'vocab.txt or tokenizer.json; the manual\'s page "Packing" says how to export one.',
    { cause },
  )
}

function invalid(path: string, what: string): ConceptLensError {
  return new ConceptLensError(
    'model-manifest-invalid',
    `${path} does not describe a dense cross-encoder: ${what}. The manual's page "Packing" says what is expected.`,
  )
}
