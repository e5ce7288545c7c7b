import { join } from 'node:path'
import { ConceptLensError } from '../../../core/index.ts'
import type { ClassifierConfig } from '../../tokenClassification/classifierConfig.ts'
import { unfit } from '../../tokenClassification/files.ts'
import type { Session, SessionOptions } from '../session.ts'
import { createClassifierModel } from './model.ts'
import type { ClassifierModel, ClassifierParts } from './model.ts'
import { openTokenizer } from './tokenizer.ts'

/** A model and where it runs. */
export interface LoadedClassifier {
  readonly model: ClassifierModel
  readonly session: Session
}

/** What every graph gets; others must not be asked for. */
const INPUTS = ['input_ids', 'attention_mask', 'token_type_ids']

/**
 * Opens the graph and the tokenizer of a token-classification model, and runs it once, so that what does not fit is told now.
 * @throws ConceptLensError `token-classification-unfit`
 */
export async function loadClassifier(
  config: ClassifierConfig,
  open: (path: string, options: SessionOptions) => Promise<Session>,
  options: SessionOptions & Pick<ClassifierParts, 'stride'>,
): Promise<LoadedClassifier> {
  const path = join(config.folder, config.graph)
  const tokenizer = await openTokenizer(config).catch((error: unknown) => cannotRun(config.folder, error))
  const session = await open(path, options).catch((error: unknown) => cannotRun(path, error))
  const unknown = session.inputs.filter((input) => !INPUTS.includes(input))
  if (unknown.length > 0)
    throw unfit(path, `its graph takes ${unknown.join(', ')}; allowed are ${INPUTS.join(', ')}`)
  if (!session.outputs.includes('logits'))
    throw unfit(path, `its graph gives ${session.outputs.join(', ')}, not logits`)
  const { stride } = options
  const model = createClassifierModel({
    config,
    session,
    tokenizer,
    ...(stride === undefined ? {} : { stride }),
  })
  await model
    .entities('a b', 'simple', () => Promise.resolve())
    .catch((error: unknown) => cannotRun(path, error))
  return { model, session }
}

function cannotRun(path: string, error: unknown): never {
  if (error instanceof ConceptLensError) throw error
  throw unfit(path, error instanceof Error ? error.message : String(error))
}
