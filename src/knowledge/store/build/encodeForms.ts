import type { NameVectors } from '../../vectors/nameVectors.ts'
import type { Pace } from '../pace.ts'
import { readForms, type DistinctForms } from './distinctForms.ts'
import { readPieces, type WrittenPieces } from './scratchFile.ts'

/** The vectors of forms, in the lexical order of the forms. */
export interface EncodedForms {
  readonly cells: Uint16Array
  /** `[forms, codeBytes]`. */
  readonly codes: Uint8Array
}

/** Forms whose vectors another thread computes. All of it can be handed over; the arrays are shared. */
export interface EncodingJob {
  readonly forms: WrittenPieces
  readonly encoded: EncodedForms
  /** How many forms are done. */
  readonly nDone: Int32Array
}

/** A thread at work on a job. */
export interface EncodingThread {
  /** Settles when it is through, or failed. */
  readonly finished: Promise<void>
  end(): Promise<unknown>
}

/** Begins a job in a thread. */
export type StartEncoding = (job: EncodingJob) => EncodingThread

/** What computes the vectors of forms while other things are done, or when one waits for them. */
export interface Encoding {
  readonly encoded: EncodedForms
  finish(pace: Pace): Promise<void>
  /** Ends the thread, if there is one. */
  end(): Promise<void>
}

/** After how many forms something is said. */
const STEP = 4096
const LOOK_MS = 50

/** Begins to compute the vectors of all forms in a thread; without one, they are computed when they are waited for. */
export function startEncoding(forms: DistinctForms, vectors: NameVectors, start?: StartEncoding): Encoding {
  const { nForms } = forms
  const shared = (bytes: number): ArrayBufferLike =>
    start ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)
  const job: EncodingJob = {
    forms: forms.written(),
    encoded: {
      cells: new Uint16Array(shared(2 * nForms)),
      codes: new Uint8Array(shared(nForms * vectors.quantizer.codeBytes)),
    },
    nDone: new Int32Array(shared(4)),
  }
  const thread = start?.(job)
  let isFinished = false
  const finished = thread?.finished.finally(() => (isFinished = true))
  // Told where it is waited for, which need not be now.
  finished?.catch(() => undefined)
  return {
    encoded: job.encoded,
    async finish(pace) {
      if (!finished) for (const nDone of encodeForms(job, vectors)) await pace.tick(nDone, nForms, 'names')
      for (; finished && !isFinished; await pace.tick(Atomics.load(job.nDone, 0), nForms, 'names'))
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      await finished
    },
    async end() {
      await thread?.end()
    },
  }
}

/** Computes vectors, and gives now and then how many are done, which stands in the job, too. */
export function* encodeForms(
  { forms, encoded, nDone }: EncodingJob,
  { encoder, quantizer }: NameVectors,
): Generator<number> {
  let place = 0
  for (const { text } of readForms(readPieces(forms))) {
    encoded.cells[place] = quantizer.encode(encoder.encode(text), encoded.codes, place * quantizer.codeBytes)
    place += 1
    if (place % STEP !== 0) continue
    Atomics.store(nDone, 0, place)
    yield place
  }
}
