import { ConceptLensError } from '../core/index.ts'
import {
  createEngineProcess,
  type EngineProcess,
  type EngineProcessOptions,
  type Loaded,
} from './engineProcess.ts'

/** A process with its model loaded. */
export interface LoadedProcess {
  readonly process: EngineProcess
  readonly loaded: Loaded
}

/** Starts a process and loads its model; tells when it does not run where it was asked to. A process that cannot load is ended. */
export async function startLoaded(options: EngineProcessOptions): Promise<LoadedProcess> {
  const process = createEngineProcess(options)
  try {
    const loaded = await process.load()
    if (loaded.notice !== undefined) options.logger.warn(loaded.notice)
    return { process, loaded }
  } catch (error) {
    await process.dispose()
    throw error
  }
}

/** The error about an answer to another question than was asked. */
export function unexpectedAnswer(kind: string): ConceptLensError {
  return new ConceptLensError('engine-protocol', `The inference process answered "${kind}" out of turn.`)
}
