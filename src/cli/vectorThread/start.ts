import { Worker } from 'node:worker_threads'
import type { EncodingJob, EncodingThread } from '../../knowledge/index.ts'
import { resources } from '../resources.ts'

/** What the thread is given. */
export interface VectorThreadData {
  readonly job: EncodingJob
  /** The folder of the encoder of names. */
  readonly encoder: string
}

/** Computes the vectors of an import's names in a thread of its own, which ends when it is through. */
export function startVectorThread(job: EncodingJob): EncodingThread {
  const workerData: VectorThreadData = { job, encoder: resources.nameEncoder }
  const worker = new Worker(resources.vectorScript, { workerData })
  return {
    finished: new Promise((resolve, reject) => {
      worker.once('error', reject)
      worker.once('exit', () => resolve())
    }),
    end: () => worker.terminate(),
  }
}
