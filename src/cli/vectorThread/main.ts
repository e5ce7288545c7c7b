import { workerData } from 'node:worker_threads'
import { encodeForms, openNameVectors } from '../../knowledge/index.ts'
import type { VectorThreadData } from './start.ts'

/** A thread that computes the vectors of an import's names: see `start.ts`. */
const { job, encoder } = workerData as VectorThreadData
for (const nDone of encodeForms(job, openNameVectors(encoder))) void nDone
