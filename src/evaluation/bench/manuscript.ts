import { createManuscriptParser } from '../../document/index.ts'
import { ratio } from '../metrics.ts'
import { peakMiB } from './processes.ts'
import type { BenchFile, BenchParts, BenchResult, ColdLinker } from './types.ts'

/** Links whole manuscripts: cold (nothing kept), then warm (every passage kept). */
export async function benchManuscript(
  parts: BenchParts,
  files: readonly BenchFile[],
): Promise<BenchResult[]> {
  const cold = await parts.openLinker('manuscripts')
  try {
    const coldMs = await linkAll(files, cold)
    const warmMs = await linkAll(files, cold)
    const nWords = files.reduce((sum, { text }) => sum + text.split(/\s+/).length, 0)
    const result = {
      bench: 'manuscript' as const,
      variant: variantOf(cold),
      shape: `${files.length} files, ${nWords} words`,
    }
    return [
      { ...result, metric: 'wordsPerSecondCold', value: ratio(nWords, coldMs / 1000), unit: 'words/s' },
      { ...result, metric: 'warmMs', value: warmMs, unit: 'ms' },
      { ...result, metric: 'peakMiB', value: peakMiB(), unit: 'MiB' },
    ]
  } finally {
    await cold.dispose()
  }
}

async function linkAll(files: readonly BenchFile[], { linker }: ColdLinker): Promise<number> {
  const startMs = performance.now()
  for (const file of files) await linker.link(createManuscriptParser().parse(file))
  return performance.now() - startMs
}

/** What ranks: the model's arithmetic, or the order of retrieval when there is no model. */
export function variantOf({ engine }: ColdLinker): string {
  return engine === undefined ? 'retrieval-only' : `two-stream-${engine.info.precision ?? 'fp32-arithmetic'}`
}
