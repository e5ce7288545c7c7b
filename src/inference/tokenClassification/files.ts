import { readFile } from 'node:fs/promises'
import * as v from 'valibot'
import { ConceptLensError } from '../../core/index.ts'
import { parseJson } from '../modelFiles.ts'

/**
 * Reads a JSON file of a model.
 * @throws ConceptLensError `token-classification-missing` or `token-classification-unfit`
 */
export async function readChecked<T extends v.GenericSchema>(
  path: string,
  schema: T,
): Promise<v.InferOutput<T>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw missing(path, cause)
  })
  const parsed = v.safeParse(
    schema,
    parseJson(text, (what) => unfit(path, what)),
  )
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  throw unfit(path, `${v.getDotPath(issue) ?? 'it'}: ${issue.message}`)
}

/** The error about a file of a model that cannot be used. */
export function unfit(path: string, what: string): ConceptLensError {
  return new ConceptLensError(
    'token-classification-unfit',
    `${path} is not of a token-classification model that can be run: ${what}. Take another model, or export this one as the manual says under "Token-classification models".`,
  )
}

/** The error about a file that cannot be read. */
export function missing(path: string, cause: unknown): ConceptLensError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new ConceptLensError(
    'token-classification-missing',
    `${path} cannot be read (${why}). A token-classification model is a folder with config.json, model.onnx (or onnx/model.onnx), and tokenizer.json or vocab.txt. ` +
      'Check the path, or export the checkpoint as the manual says under "Token-classification models".',
    { cause },
  )
}
