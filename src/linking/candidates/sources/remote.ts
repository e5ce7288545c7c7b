import { CancelledError } from '../../../core/index.ts'
import type { CancellationToken, Candidate, ConceptRef, KnowledgeBase } from '../../../core/index.ts'
import { fold } from '../../../knowledge/index.ts'
import { likeness } from '../asOfText.ts'
import type { CandidateSource } from '../source.ts'
import type { Shelf } from './knowledge.ts'

/** A concept as a service names it. */
export interface RemoteConcept {
  /** An id that the knowledge base can resolve: its own, a cross-reference, an alternative or retired one. */
  readonly id: string
  /** The name that made the service think of it; the preferred name when absent. */
  readonly name?: string | undefined
}

/** A service that names concepts for texts. */
export interface RemoteLookUp {
  readonly url: string
  /** The concepts of each text, in its order, best first. Rejects with `ConceptLensError`, or `CancelledError`. */
  find(
    texts: readonly string[],
    limit: number,
    token?: CancellationToken,
  ): Promise<readonly (readonly RemoteConcept[])[]>
}

/**
 * What a service names, as far as the knowledge base has it; without vectors, so that `denseScore` is 0. Texts that are asked for
 * at the same time, as those of a passage are, go in one request.
 */
export function remoteSource(
  { knowledgeBase, accepts = () => true, restriction }: Shelf,
  service: RemoteLookUp,
): CandidateSource {
  const ask = gathered(service)
  return {
    name: 'remote',
    key: [service.url, knowledgeBase.info.fingerprint, restriction],
    consequence: `The service at ${service.url} does not answer, so its candidates are missing until it does`,
    async find(text, limit, token) {
      const known = new Map<ConceptRef, Candidate>()
      for (const { id, name } of await ask(text, limit, token))
        for (const ref of knowledgeBase.resolve(id))
          if (accepts(ref) && !known.has(ref)) known.set(ref, candidateOf(knowledgeBase, text, { ref, name }))
      return [...known.values()].slice(0, limit)
    },
  }
}

interface Waiting {
  readonly text: string
  readonly answer: (concepts: readonly RemoteConcept[]) => void
  readonly fail: (error: unknown) => void
}

/** Gathers the texts that are asked for before the next turn of the event loop. */
function gathered(service: RemoteLookUp) {
  let waiting: Waiting[] = []
  const send = async (limit: number, token: CancellationToken | undefined): Promise<void> => {
    const now = waiting
    waiting = []
    try {
      const answers = await service.find(
        now.map(({ text }) => text),
        limit,
        token,
      )
      now.forEach(({ answer }, i) => answer(answers[i] ?? []))
    } catch (error) {
      // Another document's texts may have come along with those that are not wanted any more.
      const reason =
        error instanceof CancelledError
          ? new Error('it was asked together with a text that was given up')
          : error
      now.forEach(({ fail }) => fail(token?.isCancellationRequested === true ? error : reason))
    }
  }
  return (text: string, limit: number, token: CancellationToken | undefined) =>
    new Promise<readonly RemoteConcept[]>((answer, fail) => {
      waiting.push({ text, answer, fail })
      if (waiting.length === 1) queueMicrotask(() => void send(limit, token))
    })
}

function candidateOf(
  kb: KnowledgeBase,
  text: string,
  { ref, name }: { readonly ref: ConceptRef; readonly name: string | undefined },
): Candidate {
  const summary = kb.summary(ref)
  const matchedName = name ?? summary.name
  const known = kb.names(ref).filter((one) => one.text === matchedName)
  const exact = fold(text) !== '' && kb.exact(text).some(({ concept }) => concept === ref)
  const matchedKind = known[0]?.kind ?? 'synonym'
  const lexicalScore = exact ? 1 : likeness(kb, fold(text), fold(matchedName))
  return {
    concept: ref,
    id: summary.id,
    matchedName,
    matchedKind,
    preferredName: summary.name,
    lexicalScore,
    denseScore: 0,
    exact,
    nameCount: known.reduce((sum, { count }) => sum + count, 0),
    conceptCount: kb.conceptCount(ref),
    nMatches: 1,
    officialScore: matchedKind === 'observed' ? 0 : lexicalScore,
    types: summary.types,
    groups: summary.groups,
  }
}
