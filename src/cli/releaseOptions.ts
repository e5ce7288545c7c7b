import type { Command } from 'commander'
import { ConceptLensError } from '../core/index.ts'
import {
  countRelease,
  groupLabel,
  releaseAt,
  type ReleaseCounts,
  type ReleaseSelection,
  type ValueCount,
} from '../knowledge/index.ts'
import type { ReleaseSummary } from '../protocol/index.ts'
import { tellParent } from './parentProcess.ts'
import { interruptToken, stderrProgress } from './terminal.ts'
import { writeOut, writeTable } from './output.ts'

/** Adds the filters of UMLS and RxNorm releases to a command. */
export function addReleaseOptions(command: Command): Command {
  return command
    .option('--vocabularies <sab...>', 'of UMLS and RxNorm releases: only these, such as MSH SNOMEDCT_US')
    .option('--languages <lat...>', 'of releases: only these, such as ENG SPA; English by default')
    .option('--term-types <tty...>', 'of releases: only these, such as PT SY')
    .option('--semantic-types <type...>', 'of releases: only concepts of these types or groups (T047, DISO)')
    .option('--suppressible', 'of releases: also names that are obsolete or suppressible')
}

/** The selection that the options make; `undefined` when they say nothing. */
export function selectionOf(options: ReleaseSelection): ReleaseSelection | undefined {
  const { vocabularies, languages, termTypes, semanticTypes, suppressible } = options
  const selection: ReleaseSelection = {
    ...(vocabularies && { vocabularies }),
    ...(languages && { languages }),
    ...(termTypes && { termTypes }),
    ...(semanticTypes && { semanticTypes }),
    ...(suppressible && { suppressible }),
  }
  return Object.keys(selection).length > 0 ? selection : undefined
}

/** Prints what releases hold and what the selection takes of them. Throws for a source that is no release. */
export async function showCounts(
  sources: readonly string[],
  selection: ReleaseSelection | undefined,
  options: { readonly json?: boolean },
): Promise<void> {
  const summaries: ReleaseSummary[] = []
  for (const source of sources) {
    const release = await releaseAt(source, selection)
    if (!release)
      throw new ConceptLensError(
        'kb-no-release',
        `${source} is no release: it has no MRCONSO.RRF or RXNCONSO.RRF. Only releases are counted before an import.`,
      )
    const progress = stderrProgress('counted')
    const { cells, ...counts } = await countRelease(release, { progress, token: interruptToken() })
    progress.done()
    summaries.push({ source, cells, titles: titlesOf(counts.vocabularies, cells) })
    if (options.json) writeOut(`${JSON.stringify({ source, ...counts })}\n`)
    else writeCounts(source, counts)
  }
  tellParent({ kind: 'done', result: summaries })
}

/** Full names of vocabularies and semantic groups. */
function titlesOf(
  vocabularies: readonly ValueCount[],
  cells: ReleaseSummary['cells'],
): ReleaseSummary['titles'] {
  const groups = new Set(cells.flatMap((cell) => cell.groups))
  return Object.fromEntries([
    ...vocabularies.map(({ value, title }) => [value, title] as const),
    ...Array.from(groups, (group) => [group, groupLabel(group)] as const),
  ])
}

function writeCounts(source: string, counts: Omit<ReleaseCounts, 'cells'>): void {
  const [names, suppressible, selected, concepts] = [
    counts.nNames,
    counts.nSuppressible,
    counts.nSelectedNames,
    counts.nSelectedConcepts,
  ].map((n) => n.toLocaleString('en'))
  writeOut(`${source}: ${names!} names, ${suppressible!} of them suppressible or obsolete\n`)
  writeOut(`selected: ${selected!} names of ${concepts!} concepts\n`)
  const tables: [string, readonly ValueCount[]][] = [
    ['vocabulary', counts.vocabularies],
    ['language', counts.languages],
    ['term type', counts.termTypes],
    ['semantic type', counts.semanticTypes],
  ]
  for (const [what, values] of tables) {
    writeOut('\n')
    writeTable(
      [what, 'names', 'selected', ''],
      values.map(({ value, title, nNames, nSelected }) => [value, `${nNames}`, `${nSelected}`, title]),
    )
  }
}
