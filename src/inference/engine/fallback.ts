import { firstLine } from '../providers.ts'
import type { Session, TensorData } from './tensors.ts'

/** What falls back on what. */
export interface FallbackParts {
  /** A graph on an accelerator. */
  readonly first: Session
  /** Opens the same graph on the processor. */
  readonly openProcessor: () => Promise<Session>
  /** The accelerator cannot take tensors without any number: such runs are the processor's from the beginning. */
  readonly refusesEmpty: boolean
}

/**
 * A session that outlives its accelerator: a run that fails there is run again on the processor, as is every later one, and
 * `notice` says so. The processor's session is opened when it is first needed.
 */
export function withFallback({ first, openProcessor, refusesEmpty }: FallbackParts): Session {
  let opening: Promise<Session> | undefined
  let failure: string | undefined
  const processor = (): Promise<Session> => (opening ??= openProcessor())
  return {
    inputs: first.inputs,
    outputs: first.outputs,
    get provider() {
      return failure === undefined ? first.provider : 'cpu'
    },
    get notice() {
      return failure
    },
    async run(feeds, wanted) {
      if (failure !== undefined || (refusesEmpty && hasEmpty(feeds)))
        return (await processor()).run(feeds, wanted)
      try {
        return await first.run(feeds, wanted)
      } catch (error) {
        // An error that the processor has too is one of the call.
        const answer = await (await processor()).run(feeds, wanted)
        failure = `The provider "${first.provider}" failed (${firstLine(error)}). ConceptLens goes on with the processor.`
        return answer
      }
    },
  }
}

function hasEmpty(feeds: Readonly<Record<string, TensorData>>): boolean {
  return Object.values(feeds).some(({ dims }) => dims.includes(0))
}
