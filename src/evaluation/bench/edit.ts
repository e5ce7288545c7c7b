import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Manuscript, Passage } from '../../core/index.ts'
import { createManuscriptParser } from '../../document/index.ts'
import { quantile } from '../bootstrap.ts'
import { variantOf } from './manuscript.ts'
import type { BenchFile, BenchParts, BenchResult } from './types.ts'

/** What is typed, one letter after the other, in the middle of the manuscript. */
const TYPED = ' in mice with severe asthma and type 2 diabetes'

/** How often the loop's delay is looked at. Node counts from one look to the next, so what it tells holds this, too. */
const SAMPLED_MS = 5

/**
 * Types into the middle of a linked manuscript. Each keystroke is timed until the mentions nearest to it have their links
 * again, as the language server shows them first, and until the whole document has.
 */
export async function benchEdit(parts: BenchParts, { file, text }: BenchFile): Promise<BenchResult[]> {
  const cold = await parts.openLinker('editing')
  const parser = createManuscriptParser()
  const delay = monitorEventLoopDelay({ resolution: SAMPLED_MS })
  try {
    await cold.linker.link(parser.parse({ file, text }))
    const position = middleOfProse(text)
    const nearestMs: number[] = []
    const timesMs: number[] = []
    delay.enable()
    for (let n = 1; n <= TYPED.length; n++) {
      const edited = text.slice(0, position) + TYPED.slice(0, n) + text.slice(position)
      const startMs = performance.now()
      let nearestAtMs: number | undefined
      const onLinked = () => (nearestAtMs = performance.now())
      const focus = { file, offset: position + n, onLinked }
      const parsed = parser.parse({ file, text: edited })
      // As the server does: the passage that is typed in may take every core.
      cold.engine?.pace({ typedIn: passageAt(parsed, position + n)?.text })
      await cold.linker.link(parsed, { focus })
      const endMs = performance.now()
      nearestMs.push((nearestAtMs ?? endMs) - startMs)
      timesMs.push(endMs - startMs)
    }
    delay.disable()
    for (const times of [nearestMs, timesMs]) times.sort((a, b) => a - b)
    const result = {
      bench: 'edit' as const,
      variant: variantOf(cold),
      shape: `${text.split(/\s+/).length} words`,
      unit: 'ms',
    }
    return [
      { ...result, metric: 'editToNearestHintsP50Ms', value: quantile(nearestMs, 0.5) },
      { ...result, metric: 'editToNearestHintsP95Ms', value: quantile(nearestMs, 0.95) },
      { ...result, metric: 'editToHintsP50Ms', value: quantile(timesMs, 0.5) },
      { ...result, metric: 'editToHintsP95Ms', value: quantile(timesMs, 0.95) },
      { ...result, metric: 'loopDelayP99Ms', value: delay.percentile(99) / 1e6 - SAMPLED_MS },
    ]
  } finally {
    await cold.dispose()
  }
}

function passageAt({ passages }: Manuscript, offset: number): Passage | undefined {
  return passages.find(({ source }) => source.start <= offset && offset <= source.end)
}

/** The end of a word near the middle, inside a paragraph. */
function middleOfProse(text: string): number {
  const middle = text.length >> 1
  const word = /[a-z] [a-z]/.exec(text.slice(middle))
  return word === null ? middle : middle + word.index + 1
}
