import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { CandidateSource, Term } from '../../alignment/index.ts'
import type { Candidate } from '../../core/index.ts'
import type { KnowledgeOptions } from '../openKnowledge.ts'

export interface CandidatesRequest {
  readonly id: number
  readonly terms: readonly Term[]
}

export interface CandidatesAnswer {
  readonly id: number
  readonly lists: readonly (readonly Candidate[])[]
}

/** Looking names up is most of the work without a second opinion. More threads were not measured. */
const THREADS = Math.min(2, availableParallelism())

/** Looks terms up in several threads, each with the knowledge base opened for itself; end them with `dispose`. */
export function candidateThreads(
  script: string,
  knowledge: KnowledgeOptions,
): { readonly candidates: CandidateSource; dispose(): Promise<void> } {
  const threads = Array.from({ length: THREADS }, () => candidateThread(script, knowledge))
  return {
    async candidates(terms) {
      const size = Math.ceil(terms.length / threads.length)
      const parts = threads.map((thread, i) => thread.ask(terms.slice(i * size, (i + 1) * size)))
      return (await Promise.all(parts)).flat()
    },
    async dispose() {
      await Promise.all(threads.map((thread) => thread.end()))
    },
  }
}

interface Waiting {
  readonly resolve: (lists: CandidatesAnswer['lists']) => void
  readonly reject: (error: Error) => void
}

function candidateThread(script: string, workerData: KnowledgeOptions) {
  const worker = new Worker(script, { workerData })
  const waiting = new Map<number, Waiting>()
  let failure: Error | undefined
  let nAsked = 0
  worker.on('message', ({ id, lists }: CandidatesAnswer) => {
    waiting.get(id)?.resolve(lists)
    waiting.delete(id)
  })
  worker.on('error', (error) => {
    failure = error
    for (const one of waiting.values()) one.reject(error)
    waiting.clear()
  })
  return {
    ask(terms: readonly Term[]): Promise<CandidatesAnswer['lists']> {
      if (failure) return Promise.reject(failure)
      if (terms.length === 0) return Promise.resolve([])
      const id = nAsked++
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        worker.postMessage({ id, terms } satisfies CandidatesRequest)
      })
    },
    end: () => worker.terminate(),
  }
}
