import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConceptLensError } from '../../../core/index.ts'
import type { GlinerConfig } from '../../gliner/glinerConfig.ts'
import { parseJson } from '../../modelFiles.ts'
import { LABELS_FOLDER, LABELS_GRAPH, TEXT_GRAPH, TOKENIZER_FILES, unfit } from '../../gliner/glinerConfig.ts'
import type { Session, SessionOptions } from '../session.ts'
import { createGlinerModel } from './model.ts'
import type { GlinerModel } from './model.ts'
import { createPieceCutter } from './pieces.ts'
import type { PieceCutter } from './pieces.ts'

/** A model and where it runs. */
export interface LoadedGliner {
  readonly model: GlinerModel
  readonly session: Session
}

/**
 * Opens the graphs and tokenizers of a GLiNER model, and runs it once, so that what does not fit is told now.
 * @throws ConceptLensError `gliner-unfit`
 */
export async function loadGliner(
  config: GlinerConfig,
  open: (path: string, options: SessionOptions) => Promise<Session>,
  options: SessionOptions,
): Promise<LoadedGliner> {
  const part = async (graph: string, folder: string) => {
    const path = join(config.folder, graph)
    return {
      session: await open(path, options).catch((error: unknown) => cannotRun(path, error)),
      cutter: await cutterIn(join(config.folder, folder)),
    }
  }
  const text = await part(TEXT_GRAPH, '.')
  const labels = config.architecture.startsWith('bi') ? await part(LABELS_GRAPH, LABELS_FOLDER) : undefined
  const model = createGlinerModel({ config, text, labels })
  await tryOut(model, labels !== undefined).catch((error: unknown) =>
    cannotRun(join(config.folder, TEXT_GRAPH), error),
  )
  return { model, session: text.session }
}

async function cutterIn(folder: string): Promise<PieceCutter> {
  const [tokenizer, settings] = await Promise.all(
    TOKENIZER_FILES.map(async (file) => {
      const path = join(folder, file)
      const text = await readFile(path, 'utf8').catch((error: unknown) => cannotRun(path, error))
      return parseJson(text, (what) => unfit(path, what)) as object
    }),
  )
  try {
    return createPieceCutter(tokenizer ?? {}, settings ?? {})
  } catch (error) {
    return cannotRun(join(folder, TOKENIZER_FILES[0]), error)
  }
}

async function tryOut(model: GlinerModel, hasVectors: boolean): Promise<void> {
  const labels = ['a', 'b']
  const go = (): Promise<void> => Promise.resolve()
  const vectors = hasVectors ? { vectors: await model.embed(labels, go) } : {}
  await model.spans('a b', { labels, thresholds: [1, 1], ...vectors }, go)
}

function cannotRun(path: string, error: unknown): never {
  if (error instanceof ConceptLensError) throw error
  throw unfit(path, error instanceof Error ? error.message : String(error))
}
