import { parentPort, workerData } from 'node:worker_threads'
import { candidatesByName, typeFilter } from '../../alignment/index.ts'
import { openKnowledgeBase } from '../../knowledge/index.ts'
import type { CandidatesAnswer, CandidatesRequest, CandidatesWorkerData } from './candidateThreads.ts'

/** A thread that looks terms up: see `candidateThreads`. */
const { kb, types } = workerData as CandidatesWorkerData
const knowledgeBase = openKnowledgeBase(kb)
const candidates = candidatesByName(knowledgeBase, typeFilter(knowledgeBase, types))

parentPort?.on('message', ({ id, terms }: CandidatesRequest) => {
  void candidates(terms).then((lists) => parentPort?.postMessage({ id, lists } satisfies CandidatesAnswer))
})
