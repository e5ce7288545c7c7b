import { CancelledError, type CancellationToken, type Manuscript } from '../../core/index.ts'
import { parseManuscript } from '../../document/index.ts'
import type { Engine } from '../../inference/index.ts'
import type { GivenMention } from '../../linking/index.ts'
import { variantOf } from './manuscript.ts'
import { forgetPeak, peakMiB } from './processes.ts'
import type { BenchParts, BenchResult, StressParts } from './types.ts'

/** When work is cancelled, counted from its start. */
const CANCELLED_AFTER_MS = [0, 20, 60, 150, 400]

/** Work that is as much as nobody should ask for. */
interface Stress {
  readonly shape: string
  /** Rejects with `CancelledError` soon after the token says so. */
  readonly run: (token: CancellationToken) => Promise<unknown>
}

/**
 * Cancels and then ends work that is out of all proportion: a very long manuscript, a very long line, a passage of nothing but
 * mentions, and a mention with hundreds of candidates. Gives the longest time from a cancel to its effect, the time that
 * the whole takes, and the most memory.
 */
export async function benchStress(parts: BenchParts, stressed: StressParts): Promise<BenchResult[]> {
  const cold = await parts.openLinker('editing')
  try {
    const link =
      (manuscript: Manuscript, given?: readonly (readonly GivenMention[])[]): Stress['run'] =>
      (token) =>
        cold.linker.link(manuscript, { token, ...(given ? { given } : {}) })
    const { text, nWords } = stressed
    const prose = text.replace(/\s+/g, ' ')
    const dense = parseManuscript({ file: 'dense.txt', text: differentWords(320).join(' ') })
    const mentions = dense.passages.map(everyWord)
    const long = parseManuscript({ file: stressed.file, text: repeated(text, nWords) })
    const stresses: Stress[] = [
      { shape: `a passage of ${mentions[0]?.length ?? 0} mentions`, run: link(dense, mentions) },
      { shape: 'a line of 20,000 characters', run: link(oneLine(prose)) },
      ...(cold.engine ? [manyCandidates(cold.engine)] : []),
      { shape: `${nWords} words`, run: link(long) },
    ]
    const results: BenchResult[] = []
    for (const { shape, run } of stresses) {
      parts.progress?.(shape)
      const common = { bench: 'stress' as const, variant: variantOf(cold), shape }
      forgetPeak()
      let cancelMs = 0
      for (const afterMs of CANCELLED_AFTER_MS) cancelMs = Math.max(cancelMs, await cancelled(run, afterMs))
      const startMs = performance.now()
      await run({ isCancellationRequested: false })
      results.push(
        { ...common, metric: 'cancelMs', value: cancelMs, unit: 'ms' },
        { ...common, metric: 'wholeMs', value: performance.now() - startMs, unit: 'ms' },
        { ...common, metric: 'peakMiB', value: peakMiB(), unit: 'MiB' },
      )
    }
    return results
  } finally {
    await cold.dispose()
  }
}

/** How long work goes on after it is cancelled; 0 when it was done before. */
async function cancelled(run: Stress['run'], afterMs: number): Promise<number> {
  const token = { isCancellationRequested: false }
  let cancelledMs: number | undefined
  const timer = setTimeout(() => {
    token.isCancellationRequested = true
    cancelledMs = performance.now()
  }, afterMs)
  try {
    await run(token)
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error
  } finally {
    clearTimeout(timer)
  }
  return cancelledMs === undefined ? 0 : performance.now() - cancelledMs
}

function repeated(text: string, nWords: number): string {
  const own = text.split(/\s+/).length
  // Paragraphs differ, or the linker would know all of them after the first copy.
  return Array.from({ length: Math.ceil(nWords / own) }, (_, copy) =>
    text.replace(/(\p{L}\.)(?=\s)/gu, `$1 Part ${copy}.`),
  ).join('\n\n')
}

const LINE_LENGTH = 20_000

const oneLine = (prose: string): Manuscript =>
  parseManuscript({
    file: 'line.txt',
    text: prose.repeat(Math.ceil(LINE_LENGTH / prose.length)).slice(0, LINE_LENGTH),
  })

/** `aa`, `ab`, …: as many as fit into a passage, each to be looked up and ranked for itself. */
const differentWords = (n: number): readonly string[] => {
  const letters = [...'bcdefghjklmnpqrstvwxyz']
  return letters.flatMap((first) => letters.map((second) => first + second)).slice(0, n)
}

const everyWord = ({ text }: { readonly text: string }): readonly GivenMention[] =>
  [...text.matchAll(/\S+/g)].map((match) => ({
    span: { start: match.index, end: match.index + match[0].length },
  }))

const N_CANDIDATES = 500

function manyCandidates(engine: Engine): Stress {
  const text = 'A cold is not the cold of winter.'
  const features = engine.info.features.map(() => 0)
  const candidates = Array.from({ length: N_CANDIDATES }, (_, i) => ({
    name: `common cold of kind ${i}`,
    preferred: `Common Cold ${i}`,
    features,
  }))
  const mention = { span: { start: 2, end: 6 }, mentionText: 'cold', candidates }
  return { shape: `${N_CANDIDATES} candidates`, run: (token) => engine.score(text, [mention], token) }
}
