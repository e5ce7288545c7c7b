import { parentPort, workerData } from 'node:worker_threads'
import { candidatesByName } from '../../alignment/index.ts'
import { openKnowledge, type KnowledgeOptions } from '../openKnowledge.ts'
import type { CandidatesAnswer, CandidatesRequest } from './candidateThreads.ts'

/** A thread that looks terms up: see `candidateThreads`. */
const options = workerData as KnowledgeOptions
const source = openKnowledge(options).then(({ knowledgeBase }) =>
  candidatesByName(knowledgeBase, { types: options.onlyTypes, sources: options.onlySources }),
)

parentPort?.on('message', ({ id, terms }: CandidatesRequest) => {
  void source
    .then((candidates) => candidates(terms))
    .then((lists) => parentPort?.postMessage({ id, lists } satisfies CandidatesAnswer))
})
