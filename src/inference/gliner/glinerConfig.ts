import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as v from 'valibot'
import { ConceptLensError } from '../../core/index.ts'
import { digestOfFiles, parseJson } from '../modelFiles.ts'
import type { GlinerArchitecture } from './gliner.ts'

export const CONFIG_FILE = 'gliner_config.json'
export const TEXT_GRAPH = 'model.onnx'
export const LABELS_GRAPH = 'labels_encoder.onnx'
export const LABELS_FOLDER = 'labels_tokenizer'
export const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json'] as const

const EncoderSchema = v.object({
  model_type: v.optional(v.string(), 'deberta-v2'),
  max_position_embeddings: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
})

const ConfigSchema = v.object({
  span_mode: v.string(),
  max_width: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)),
  max_len: v.pipe(v.number(), v.integer(), v.minValue(2)),
  hidden_size: v.pipe(v.number(), v.integer(), v.minValue(1)),
  subtoken_pooling: v.optional(v.picklist(['first', 'last', 'mean', 'max']), 'first'),
  words_splitter_type: v.optional(v.string(), 'whitespace'),
  ent_token: v.optional(v.string(), '<<ENT>>'),
  sep_token: v.optional(v.string(), '<<SEP>>'),
  labels_encoder: v.nullish(v.string()),
  labels_decoder: v.nullish(v.string()),
  relations_layer: v.nullish(v.string()),
  post_fusion_schema: v.nullish(v.string()),
  represent_spans: v.nullish(v.boolean()),
  encoder_config: v.nullish(EncoderSchema),
  labels_encoder_config: v.nullish(EncoderSchema),
})

/** What is read of `gliner_config.json`, and of the folder that holds it. */
export interface GlinerConfig {
  readonly folder: string
  readonly architecture: GlinerArchitecture
  /** Widest span in words; token-level models know no limit. */
  readonly maxWidth: number
  /** Words read at once. */
  readonly maxWords: number
  readonly hidden: number
  readonly pooling: 'first' | 'last' | 'mean' | 'max'
  readonly entityToken: string
  readonly separatorToken: string
  /** Word pieces that the encoder of texts was made for. */
  readonly maxPieces: number
  /** Longer inputs are impossible, and not only unusual: positions are learnt one by one. */
  readonly hasAbsolutePositions: boolean
  readonly maxLabelPieces: number
}

/** Encoders whose positions are relative read on beyond what they were made for; gliner lets them. */
const RELATIVE_POSITIONS = ['deberta', 'deberta-v2', 'modernbert', 't5', 'mt5']
const USUAL_PIECES = 512

/**
 * Reads and checks the description of a GLiNER model.
 * @throws ConceptLensError `gliner-missing` or `gliner-unfit`
 */
export async function readGlinerConfig(folder: string): Promise<GlinerConfig> {
  const path = join(folder, CONFIG_FILE)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw missing(path, cause)
  })
  const parsed = v.safeParse(
    ConfigSchema,
    parseJson(text, (what) => unfit(path, what)),
  )
  if (!parsed.success) {
    const [issue] = parsed.issues
    throw unfit(path, `${v.getDotPath(issue) ?? 'it'}: ${issue.message}`)
  }
  const found = parsed.output
  const refused = refusal(found)
  if (refused !== undefined) throw unfit(path, refused)
  const isBi = typeof found.labels_encoder === 'string'
  const encoder = found.encoder_config
  return {
    folder,
    architecture: `${isBi ? 'bi' : 'uni'}-${found.span_mode === 'token_level' ? 'token' : 'span'}`,
    maxWidth: found.max_width,
    maxWords: found.max_len,
    hidden: found.hidden_size,
    pooling: found.subtoken_pooling,
    entityToken: found.ent_token,
    separatorToken: found.sep_token,
    maxPieces: encoder?.max_position_embeddings ?? USUAL_PIECES,
    hasAbsolutePositions: encoder != null && !RELATIVE_POSITIONS.includes(encoder.model_type),
    maxLabelPieces: found.labels_encoder_config?.max_position_embeddings ?? USUAL_PIECES,
  }
}

function refusal(found: v.InferOutput<typeof ConfigSchema>): string | undefined {
  const { words_splitter_type: splitter, post_fusion_schema: fusion } = found
  if (found.relations_layer != null)
    return 'relations_layer is set; models that extract relations are not run'
  if (found.labels_decoder != null) return 'labels_decoder is set; models that write labels are not run'
  if (found.represent_spans === true)
    return 'represent_spans is true; its second scores are in no exported graph'
  if (fusion != null && fusion !== '')
    return `post_fusion_schema is "${fusion}"; labels must not depend on each other, only "" is run`
  if (splitter !== 'whitespace')
    return `words_splitter_type is "${splitter}"; allowed is "whitespace", the splitter of published models`
  return undefined
}

/** Files that a model of this architecture must have. */
export function filesOf({ architecture }: Pick<GlinerConfig, 'architecture'>): readonly string[] {
  const text = [CONFIG_FILE, ...TOKENIZER_FILES, TEXT_GRAPH]
  if (architecture.startsWith('uni')) return text
  return [...text, LABELS_GRAPH, ...TOKENIZER_FILES.map((file) => `${LABELS_FOLDER}/${file}`)]
}

/**
 * A digest of all files of a model.
 * @throws ConceptLensError `gliner-missing` naming the first file that is not there
 */
export function glinerFingerprint(config: GlinerConfig): Promise<string> {
  return digestOfFiles(config.folder, filesOf(config), missing)
}

/** The error about a file of a model that cannot be used. */
export function unfit(path: string, what: string): ConceptLensError {
  return new ConceptLensError(
    'gliner-unfit',
    `${path} is not of a GLiNER model that can be run: ${what}. Take another model, or export this one again as the manual says under "Types that you name".`,
  )
}

function missing(path: string, cause: unknown): ConceptLensError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new ConceptLensError(
    'gliner-missing',
    `${basename(path)} of the GLiNER model cannot be read (${why}). A model is a folder with ${CONFIG_FILE}, ${TOKENIZER_FILES.join(', ')} and ${TEXT_GRAPH}; ` +
      `a bi-encoder also has ${LABELS_GRAPH} and ${LABELS_FOLDER}. Check the path, or export the checkpoint as the manual says under "Types that you name".`,
    { cause },
  )
}
