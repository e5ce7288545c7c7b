import { createManuscriptParser, type ManuscriptParser } from '../../document/index.ts'
import { ratio } from '../metrics.ts'
import { peakMiB } from './processes.ts'
import type { BenchFile, BenchParts, BenchResult, ColdLinker } from './types.ts'

/**
 * Links whole manuscripts: cold (nothing kept), then warm: nothing has changed, and parser and linker keep what they know,
 * as for a document that is open in an editor. Between the two stands what a new parser adds.
 */
export async function benchManuscript(
  parts: BenchParts,
  files: readonly BenchFile[],
): Promise<BenchResult[]> {
  const cold = await parts.openLinker('manuscripts')
  try {
    const coldMs = await linkAll(open(files), cold)
    const opened = open(files)
    const parsedAnewMs = await linkAll(opened, cold)
    const warmMs = await linkAll(opened, cold)
    const nWords = files.reduce((sum, { text }) => sum + text.split(/\s+/).length, 0)
    const result = {
      bench: 'manuscript' as const,
      variant: variantOf(cold),
      shape: `${files.length} files, ${nWords} words`,
    }
    return [
      { ...result, metric: 'wordsPerSecondCold', value: ratio(nWords, coldMs / 1000), unit: 'words/s' },
      { ...result, metric: 'warmParsedAnewMs', value: parsedAnewMs, unit: 'ms' },
      { ...result, metric: 'warmMs', value: warmMs, unit: 'ms' },
      { ...result, metric: 'peakMiB', value: peakMiB(), unit: 'MiB' },
    ]
  } finally {
    await cold.dispose()
  }
}

interface OpenFile {
  readonly file: BenchFile
  readonly parser: ManuscriptParser
}

const open = (files: readonly BenchFile[]): readonly OpenFile[] =>
  files.map((file) => ({ file, parser: createManuscriptParser() }))

async function linkAll(files: readonly OpenFile[], { linker }: ColdLinker): Promise<number> {
  const startMs = performance.now()
  for (const { file, parser } of files) await linker.link(parser.parse(file))
  return performance.now() - startMs
}

/** What ranks: the model's arithmetic, or the order of retrieval when there is no model. */
export function variantOf({ engine }: ColdLinker): string {
  return engine === undefined ? 'retrieval-only' : `two-stream-${engine.info.precision ?? 'fp32-arithmetic'}`
}
