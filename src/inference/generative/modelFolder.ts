import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import * as v from 'valibot'
import { ConceptLensError } from '../../core/index.ts'
import { parseJson } from '../modelFiles.ts'

/** A causal language model as exporters to ONNX lay it out. */
export interface GenerativeFolder {
  readonly folder: string
  readonly name: string
  /** Which graph is run, in the words of the exporters. */
  readonly precision: Precision
  /** Most tokens that it has positions for. */
  readonly maxTokens: number
  /** Tokens at which a text ends. */
  readonly endIds: readonly number[]
  /** How it was taught to be asked, where that stands in a file of its own. */
  readonly chatTemplate?: string
  /** Changes with the files. */
  readonly fingerprint: string
}

/**
 * Graphs in the order in which they are taken where there are several: those first that processors run well. Whoever wants
 * another keeps no other in the folder.
 */
const GRAPHS = {
  q8: 'model_quantized.onnx',
  int8: 'model_int8.onnx',
  uint8: 'model_uint8.onnx',
  q4: 'model_q4.onnx',
  bnb4: 'model_bnb4.onnx',
  fp32: 'model.onnx',
  q4f16: 'model_q4f16.onnx',
  fp16: 'model_fp16.onnx',
} as const

/** A key of the table of graphs. */
export type Precision = keyof typeof GRAPHS

const FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json'] as const

const TEMPLATE = 'chat_template.jinja'

const Id = v.pipe(v.number(), v.integer())

const ConfigSchema = v.object({
  model_type: v.pipe(v.string(), v.nonEmpty()),
  max_position_embeddings: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 2048),
  eos_token_id: v.nullish(v.union([Id, v.array(Id)])),
})

/**
 * Reads what a folder with an exported causal language model says of itself.
 * @throws ConceptLensError `generative-missing`, `generative-unfit`
 */
export async function readGenerativeFolder(folder: string): Promise<GenerativeFolder> {
  for (const file of FILES) if (!existsSync(join(folder, file))) throw missing(folder, `${file} is not there`)
  const precision = precisionIn(folder)
  const path = join(folder, 'config.json')
  const parsed = v.safeParse(
    ConfigSchema,
    parseJson(await readFile(path, 'utf8'), (what) => unfit(path, what)),
  )
  if (!parsed.success) {
    const [issue] = parsed.issues
    throw unfit(path, `${v.getDotPath(issue) ?? 'it'}: ${issue.message}`)
  }
  const { max_position_embeddings: maxTokens } = parsed.output
  const chatTemplate = await readFile(join(folder, TEMPLATE), 'utf8').catch(() => undefined)
  const ends = [parsed.output.eos_token_id, await generationEnds(folder)].flat()
  return {
    folder,
    name: basename(folder),
    precision,
    maxTokens,
    endIds: [...new Set(ends.filter((id) => typeof id === 'number'))],
    ...(chatTemplate === undefined ? {} : { chatTemplate }),
    fingerprint: await fingerprintOf(folder, GRAPHS[precision]),
  }
}

/** The path of a graph within its folder. */
export function graphFile(precision: Precision): string {
  return join('onnx', GRAPHS[precision])
}

function precisionIn(folder: string): Precision {
  const found = (Object.keys(GRAPHS) as Precision[]).find((one) => existsSync(join(folder, graphFile(one))))
  if (found) return found
  throw missing(folder, `none of ${Object.values(GRAPHS).join(', ')} is in its folder "onnx"`)
}

/** Chat models often name more ends in their `generation_config.json`. */
async function generationEnds(folder: string): Promise<readonly unknown[]> {
  const path = join(folder, 'generation_config.json')
  const text = await readFile(path, 'utf8').catch(() => '{}')
  const found = parseJson(text, (what) => unfit(path, what))
  return typeof found === 'object' && found !== null && 'eos_token_id' in found
    ? [found.eos_token_id].flat()
    : []
}

/** Of small files their content; of the graph, which may have gigabytes, size and time. */
async function fingerprintOf(folder: string, graph: string): Promise<string> {
  const hash = createHash('sha256')
  for (const file of FILES) hash.update(await readFile(join(folder, file)))
  const { size, mtimeMs } = await stat(join(folder, 'onnx', graph))
  return hash.update(`${graph} ${size} ${mtimeMs}`).digest('hex').slice(0, 16)
}

/** The error about a language model that cannot be run. */
export function unfit(path: string, what: string): ConceptLensError {
  return new ConceptLensError(
    'generative-unfit',
    `${path} is not of a causal language model that can be run: ${what}. The manual's page "Generative ranking" says which models can be run and how to get one.`,
  )
}

/** The error about a question that is longer than the model reads. */
export function tooLong(folder: string, found: number, most: number): ConceptLensError {
  return new ConceptLensError(
    'generative-too-long',
    `A question has ${found} tokens, but the model in ${folder} reads at most ${most}. Take a model with a longer window, or fewer candidates.`,
  )
}

function missing(folder: string, what: string): ConceptLensError {
  return new ConceptLensError(
    'generative-missing',
    `There is no causal language model in ${folder}: ${what}. A model is a folder with ${FILES.join(', ')} and a graph such as onnx/model_quantized.onnx. Check the path, or get a model as the manual's page "Generative ranking" says.`,
  )
}
