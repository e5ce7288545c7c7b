/** What the report of performance tells, for editor and terminal. Reasons and hints are sentences for people. */
export interface PerformanceReport {
  /** The latest trial with this model on this machine; absent before the first one. */
  readonly trial?: PerformanceTrial
  /** What runs now; absent where no model does. */
  readonly running?: RunningModel
  /** The setting `engine.provider`. */
  readonly wanted: string
  /** A trial is under way. */
  readonly isMeasuring: boolean
  /** Why little is done by itself at the moment; absent when it is not so. */
  readonly lowPower?: string
}

export interface RunningModel {
  readonly provider: string
  readonly processes: number
  /** Inside a process, for the passage that is typed in. */
  readonly threads: number
  /** Of all processes together, for everything else. */
  readonly backgroundThreads: number
}

export interface PerformanceTrial {
  /** ISO 8601, UTC. */
  readonly measuredAt: string
  readonly seconds: number
  /** Processes that wanted a core in the minute before; 0 where the system does not tell. */
  readonly load: number
  readonly machine: {
    readonly processor: string
    readonly nCores: number
    readonly platform: string
    readonly graphics: readonly string[]
    readonly runtime: string
  }
  readonly model: { readonly name: string; readonly version: string; readonly precision: string }
  /** What every way was asked; the passage that is edited is one of them. */
  readonly asked: { readonly passages: number; readonly pairs: number; readonly editingPairs: number }
  readonly tried: readonly TriedWay[]
  /** What an editor uses from its next start. */
  readonly chosen: { readonly editing: TriedWay['way'] }
  readonly hints: readonly string[]
}

export interface TriedWay {
  readonly way: {
    readonly provider: string
    readonly precision: string
    readonly processes: number
    readonly threads: number
  }
  readonly outcome: 'measured' | 'failed' | 'left-out'
  readonly reason: string
  /** In per cent. */
  readonly agreement?: number | undefined
  readonly pairsPerSecond?:
    { readonly editing?: number | undefined; readonly manuscripts?: number | undefined } | undefined
}

/** The report as what it is made of, whatever shows it. */
export interface PerformanceParts {
  readonly facts: readonly (readonly [label: string, value: string])[]
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Indexes of the rows that are chosen. */
  readonly chosen: readonly number[]
  readonly hints: readonly string[]
}

const PROVIDERS: Readonly<Record<string, string>> = {
  cpu: 'Processor',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'Core ML',
}

/** Numbers below which a header of {@link PerformanceParts} stands: they are aligned at the right. */
export const NUMBER_COLUMNS: readonly number[] = [3, 4, 5]

export function performanceParts(report: PerformanceReport): PerformanceParts {
  const { trial } = report
  const tried = trial?.tried ?? []
  return {
    facts: [...factsOfNow(report), ...(trial ? factsOfTrial(trial) : [])],
    header: [
      'Runs on',
      'Precision',
      'Processes × threads',
      'Editing, pairs/s',
      'Manuscripts, pairs/s',
      'Rank agreement',
      'What was decided',
    ],
    rows: tried.map(rowOf),
    chosen: tried.flatMap(({ reason }, index) => (reason.startsWith('Chosen') ? index : [])),
    hints: trial?.hints ?? [],
  }
}

function factsOfNow({ running, wanted, isMeasuring, lowPower, trial }: PerformanceReport) {
  const facts: (readonly [string, string])[] = []
  if (running) facts.push(['In use now', inWords(running)])
  const best = trial?.chosen.editing
  if (running && best && wanted === 'auto' && isOther(best, running))
    facts.push(['From the next start', wayInWords(best)])
  const chooser = wanted === 'auto' ? 'chosen by the trial (auto)' : `${nameOf(wanted)}, by the setting`
  facts.push(['Provider', chooser])
  if (lowPower !== undefined) facts.push(['Low power', lowPower])
  if (isMeasuring) facts.push(['Trial', 'under way; it goes on when nothing is being linked'])
  else if (!trial) facts.push(['Trial', 'not made yet; it starts by itself when nothing is being linked'])
  return facts
}

function factsOfTrial({ machine, model, asked, measuredAt, seconds, load }: PerformanceTrial) {
  const { processor, nCores, platform, graphics, runtime } = machine
  const busy =
    load > nCores ? `; the machine was busy (load ${load.toFixed(1)}), run it again when it is quiet` : ''
  return [
    ['Measured', `${measuredAt.slice(0, 16).replace('T', ' ')} UTC, in ${seconds.toFixed(1)} s${busy}`],
    ['Machine', `${processor}, ${nCores} ${nCores === 1 ? 'core' : 'cores'}, ${platform}`],
    ['Graphics', graphics.length > 0 ? graphics.join(', ') : 'none that the system names'],
    ['Library', runtime],
    ['Model', `${model.name} ${model.version}, ${model.precision}`],
    [
      'Asked',
      `${asked.passages} passages with ${asked.pairs} pairs of mention and candidate; editing: one of them with ${asked.editingPairs}`,
    ],
  ] as const
}

function inWords({ provider, processes, threads, backgroundThreads }: RunningModel): string {
  const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`
  const each = processes === 1 ? '' : ' each'
  if (provider !== 'cpu') return nameOf(provider)
  return `${nameOf(provider)}, ${processes === 1 ? '1 process' : `${processes} processes`} with ${count(threads, 'thread')}${each} for the passage being typed in, ${count(backgroundThreads, 'thread')} in all for everything else`
}

function isOther(way: TriedWay['way'], { provider, processes, threads }: RunningModel): boolean {
  return (
    way.provider !== provider ||
    (provider === 'cpu' && (way.processes !== processes || way.threads !== threads))
  )
}

function wayInWords({ provider, processes, threads }: TriedWay['way']): string {
  return provider === 'cpu' ? `${nameOf(provider)}, ${processes} × ${threads}` : nameOf(provider)
}

function rowOf({ way, agreement, pairsPerSecond, reason, outcome }: TriedWay): string[] {
  const number = (value: number | undefined): string =>
    value === undefined ? '–' : value.toFixed(value < 10 ? 2 : 0)
  const isOnProcessor = way.provider === 'cpu'
  return [
    nameOf(way.provider),
    outcome === 'left-out' ? '–' : way.precision,
    isOnProcessor ? `${way.processes} × ${way.threads}` : '–',
    number(pairsPerSecond?.editing),
    number(pairsPerSecond?.manuscripts),
    agreement === undefined ? '–' : `${agreement.toFixed(2)} %`,
    reason,
  ]
}

function nameOf(provider: string): string {
  return PROVIDERS[provider] ?? provider
}

/** The report as plain text, for the terminal and for messages. */
export function performanceText(report: PerformanceReport): string {
  const { facts, header, rows, hints } = performanceParts(report)
  const labelWidth = Math.max(...facts.map(([label]) => label.length))
  const lines = facts.map(([label, value]) => `${label.padEnd(labelWidth)}  ${value}`)
  if (rows.length > 0) lines.push('', ...table([header, ...rows]))
  if (hints.length > 0) lines.push('', ...hints)
  return `${lines.join('\n')}\n`
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const cell = (text: string, column: number): string =>
    NUMBER_COLUMNS.includes(column) ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)
  return rows.map((row) => row.map(cell).join('  ').trimEnd())
}
