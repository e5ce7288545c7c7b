import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import * as v from 'valibot'
import { ConceptLensError } from '../core/index.ts'

/** The file in a model's folder that describes the others. */
export const MANIFEST_FILE = 'manifest.json'
/** The graph of both streams. */
export const ENCODER_FILE = 'encoder.onnx'
/** The word pieces, one per line. */
export const VOCABULARY_FILE = 'vocab.txt'
/** The same graph in fp16 with inputs and outputs in fp32, for graphics cards; optional. */
export const HALF_PRECISION_FILE = 'encoder.fp16.onnx'

const Count = v.pipe(v.number(), v.integer(), v.minValue(1))
const Text = v.pipe(v.string(), v.nonEmpty())
const Sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits'))
/** A plain name: a manifest never leads out of its folder. */
const FileName = v.pipe(v.string(), v.regex(/^[\w-][\w.-]*$/, 'must be a plain file name'))

const ManifestSchema = v.object({
  name: Text,
  version: Text,
  licence: Text,
  /** SHA-256 of every file of the model, by name. */
  sha256: v.record(FileName, Sha256),
  architecture: v.object({
    layers: Count,
    hidden: Count,
    heads: Count,
    headDim: Count,
    /** Number of word pieces. */
    vocabulary: Count,
    /** The window, in word pieces with `[CLS]` and `[SEP]`. */
    maxTokens: v.pipe(Count, v.minValue(8)),
  }),
  /** Tagging conventions; `offset` is the column of a head's first label in `token_logits`. */
  heads: v.array(
    v.object({
      name: Text,
      offset: v.pipe(v.number(), v.integer(), v.minValue(0)),
      labels: v.pipe(v.array(Text), v.minLength(1)),
    }),
  ),
  /** The column of `token_logits` whose mean over a mention is its logit of "none of these". */
  noneOffset: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** What each column of a candidate's features means. */
  features: v.array(Text),
  /** Most word pieces of each part of a candidate's segment, and of all of it. */
  limits: v.object({
    mention: Count,
    name: Count,
    preferred: Count,
    type: Count,
    total: v.pipe(Count, v.minValue(5)),
  }),
  /** What the model was taught to read for a semantic group: `{ DISO: 'disorder', … }`. */
  typeLabels: v.optional(v.record(Text, Text), {}),
  /** What the graph computes in; `fp32-arithmetic`: weights stored as int8, multiplied in fp32. */
  precision: v.optional(v.picklist(['fp32', 'fp16', 'fp32-arithmetic', 'int8', 'int4']), 'fp32-arithmetic'),
  /** Acc@1 with given mentions on development documents that nothing was fitted on, in per cent. */
  accuracy: v.optional(v.object({ development: v.optional(v.object({ model: v.number() })) })),
  temperature: v.pipe(v.number(), v.gtValue(0)),
  tagThreshold: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  noneBias: v.number(),
})

/** What a model says of itself: `manifest.json`. Other entries (accuracy, training data …) are for people. */
export type ModelManifest = v.InferOutput<typeof ManifestSchema>

/**
 * Reads and checks a model's manifest.
 * @throws ConceptLensError `model-missing`, `model-manifest-damaged` or `model-manifest-invalid`.
 */
export async function readManifest(modelDir: string): Promise<ModelManifest> {
  const path = join(modelDir, MANIFEST_FILE)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw missing(path, cause)
  })
  const found = v.safeParse(ManifestSchema, parseJson(text, path))
  if (!found.success) {
    const issues = found.issues.map((issue) => `${v.getDotPath(issue) ?? 'manifest'}: ${issue.message}`)
    throw invalid(path, issues.slice(0, 3).join('; '))
  }
  checkConsistency(found.output, path)
  return found.output
}

/** Checks that every file of the model is the one its manifest was written for. Reads all of them once. */
export async function verifyModel(modelDir: string, manifest: ModelManifest): Promise<void> {
  await Promise.all(
    Object.entries(manifest.sha256).map(async ([file, expected]) => {
      const path = join(modelDir, file)
      const actual = await sha256Of(path)
      if (actual !== expected)
        throw new ConceptLensError(
          'model-damaged',
          `${path} has SHA-256 ${actual}, but the manifest of ${manifest.name} ${manifest.version} says ${expected}. ` +
            'The file is damaged or of another version; install the model again.',
        )
    }),
  )
}

/** Changes with every file of the model. */
export function fingerprintOf(manifest: ModelManifest): string {
  return createHash('sha256').update(JSON.stringify(manifest)).digest('hex').slice(0, 16)
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash).catch((cause: unknown) => {
    throw missing(path, cause)
  })
  return hash.digest('hex')
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ConceptLensError(
      'model-manifest-damaged',
      `${path} is not JSON (${cause instanceof Error ? cause.message : String(cause)}). Install the model again.`,
      { cause },
    )
  }
}

function checkConsistency(manifest: ModelManifest, path: string): void {
  const { architecture, heads, noneOffset, sha256 } = manifest
  if (architecture.heads * architecture.headDim !== architecture.hidden)
    throw invalid(
      path,
      `heads × headDim is ${architecture.heads * architecture.headDim}, but hidden is ${architecture.hidden}`,
    )
  for (const file of [ENCODER_FILE, VOCABULARY_FILE])
    if (!sha256[file]) throw invalid(path, `sha256 has no entry for ${file}`)
  for (const head of heads)
    if (noneOffset >= head.offset && noneOffset < head.offset + head.labels.length)
      throw invalid(path, `noneOffset ${noneOffset} is a column of the head ${head.name}`)
}

function missing(path: string, cause: unknown): ConceptLensError {
  return new ConceptLensError(
    'model-missing',
    `${path} cannot be read (${cause instanceof Error ? cause.message : String(cause)}). ` +
      `A model is a folder with ${MANIFEST_FILE}, ${ENCODER_FILE} and ${VOCABULARY_FILE}; check the path or install the model again.`,
    { cause },
  )
}

function invalid(path: string, what: string): ConceptLensError {
  return new ConceptLensError(
    'model-manifest-invalid',
    `${path} does not describe a model that this version can run: ${what}. Take a model made for this version.`,
  )
}
