import type { PassageTrace, StageRecord, TracedRanking } from '../../protocol/index.ts'

/** A stage with its calls, as the page draws it. */
export interface StageView {
  readonly name: string
  readonly kind: StageRecord['kind']
  /** From the beginning of the passage's way to the first call, and of all calls together. */
  readonly startMs: number
  readonly ms: number
  /** In words: `12 proposals → 5 mentions`. */
  readonly traffic: string
  /** A call of it could not say. */
  readonly isSilent: boolean
  readonly records: readonly StageRecord[]
}

/** Stages of one kind. */
export interface StepView {
  readonly title: string
  /** What it is for, in a line. */
  readonly meaning: string
  readonly stages: readonly StageView[]
}

const STEPS: readonly (readonly [kind: StageRecord['kind'], title: string, meaning: string])[] = [
  ['read', 'Read', 'The model reads the passage once, for all stages that need it.'],
  ['detect', 'Detect', 'Detectors propose stretches of the text.'],
  [
    'judge',
    'Decide on mentions',
    'Proposals of one stretch are joined; the unlikely and the overlapping go.',
  ],
  ['find', 'Find candidates', 'Sources name concepts for every mention.'],
  ['rank', 'Rank', 'Rankers say how probable each candidate is, one after the other.'],
  ['document', 'Agree', 'The mentions of the whole document influence each other.'],
  ['ask', 'Ask', 'A language model chooses for the least certain mentions of the document.'],
]

/** The steps of a passage's way that it took, in the order of the pipeline. */
export function pathOf({ stages }: PassageTrace): readonly StepView[] {
  return STEPS.flatMap(([kind, title, meaning]) => {
    const own = stages.filter((one) => one.kind === kind)
    const names = [...new Set(own.map(({ name }) => name))]
    const views = names.map((name) => viewOf(own.filter((one) => one.name === name)))
    return views.length > 0
      ? [
          {
            title,
            meaning,
            stages: views.sort((a, b) => a.startMs - b.startMs),
          },
        ]
      : []
  })
}

function viewOf(records: readonly StageRecord[]): StageView {
  const [first] = records as [StageRecord, ...StageRecord[]]
  return {
    name: first.name,
    kind: first.kind,
    startMs: Math.min(...records.map(({ startMs }) => startMs)),
    ms: records.reduce((sum, { ms }) => sum + ms, 0),
    traffic: trafficOf(records),
    isSilent: records.some(({ output }) => output === null),
    records,
  }
}

function trafficOf(records: readonly StageRecord[]): string {
  const [nIn, nOut] = [sum(records.map(countIn)), sum(records.map(countOut))]
  const [before, after] = TRAFFIC_WORDS[(records[0] as StageRecord).kind]
  const out = counted(nOut ?? 0, after)
  return nIn === undefined ? out : `${counted(nIn, before)} → ${out}`
}

/** `1 mention`, `2 mentions`. */
const counted = (count: number, word: string): string => `${String(count)} ${word}${count === 1 ? '' : 's'}`

const sum = (counts: readonly (number | undefined)[]): number | undefined =>
  counts.every((one) => one !== undefined) ? counts.reduce((a, b) => a + b, 0) : undefined

function countIn(record: StageRecord): number | undefined {
  switch (record.kind) {
    case 'read':
    case 'detect':
      return undefined
    case 'find':
      return 1
    case 'judge':
    case 'rank':
    case 'document':
    case 'ask':
      return record.input.length
  }
}

function countOut(record: StageRecord): number {
  switch (record.kind) {
    case 'read':
      return record.output?.nTokens ?? 0
    case 'judge':
      return record.output.filter(({ rejection }) => rejection === undefined).length
    case 'rank':
    case 'ask':
      return record.output?.filter((one) => one !== null).length ?? 0
    case 'detect':
    case 'find':
      return record.output?.length ?? 0
    case 'document':
      return record.output.filter(({ id }) => id !== undefined).length
  }
}

/** One of what is counted before and after a stage of each kind. */
const TRAFFIC_WORDS: Readonly<Record<StageRecord['kind'], readonly [before: string, after: string]>> = {
  read: ['', 'word piece'],
  detect: ['', 'proposal'],
  judge: ['proposal', 'mention'],
  find: ['text', 'candidate'],
  rank: ['mention', 'answer'],
  document: ['mention', 'link'],
  ask: ['mention', 'answer'],
}

/** A stage's answer as a table. */
export interface TableView {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** What came out of the calls of a stage; where it could not say, that. */
export function tableOf(records: readonly StageRecord[]): TableView {
  const tables = records.map(tableOfOne)
  return {
    head: tables[0]?.head ?? [],
    rows: tables.flatMap(({ rows }) => rows),
  }
}

const SILENT = 'could not say'

function tableOfOne(record: StageRecord): TableView {
  switch (record.kind) {
    case 'read': {
      const { output } = record
      const rows = output ? [[String(output.nTokens), output.heads.join(', ')]] : [[SILENT, '']]
      return { head: ['Word pieces', 'Conventions'], rows }
    }
    case 'detect':
    case 'judge': {
      const head = ['Text', 'Found by', 'Group or type', 'Probability', 'Kept']
      const rows = record.output?.map((one) => [
        one.text,
        one.origins.join(', '),
        one.namedType ?? one.group ?? '',
        percent(one.probability),
        record.kind === 'detect' ? '' : (one.rejection?.replace('-', ' ') ?? 'yes'),
      ])
      return { head, rows: rows ?? [[SILENT, '', '', '', '']] }
    }
    case 'find': {
      const rows = record.output?.map((one) => [
        record.input.text,
        one.name,
        one.id,
        one.exact ? 'equal' : one.lexicalScore.toFixed(2),
        one.denseScore.toFixed(2),
      ])
      const head = ['Looked up', 'Name', 'Concept', 'Letters', 'Meaning']
      return { head, rows: rows ?? [[record.input.text, SILENT, '', '', '']] }
    }
    case 'rank': {
      const rows = record.output?.map((one, i) => [
        record.input[i]?.text ?? '',
        ...answerIn(one, 'left to the next'),
      ])
      return {
        head: ['Mention', 'Answer', 'None of these'],
        rows: rows ?? [['', SILENT, '']],
      }
    }
    case 'ask': {
      const { input, output } = record
      const hasNames = input.some(({ written }) => written !== undefined)
      const rows = input.map(({ text, written }, i) => [
        text,
        ...(hasNames ? [written?.names.join('\n') ?? '', linesOf(written?.found ?? [])] : []),
        ...(output ? answerIn(output[i] ?? null, 'said nothing of these') : [SILENT, '']),
      ])
      const names = hasNames ? ['Names written', 'Found by them'] : []
      return { head: ['Mention', ...names, 'Answer', 'None of these'], rows }
    }
    case 'document': {
      const rows = record.output.map((one, i) => [
        one.text,
        one.id === undefined ? 'none' : `${one.name ?? ''} (${one.id})`,
        percent(record.input[i]?.probability),
        percent(one.probability),
      ])
      return { head: ['Mention', 'Link', 'Before', 'After'], rows }
    }
  }
}

/** The cells of what a ranker says of a mention. */
const answerIn = (one: TracedRanking | null, silent: string): readonly string[] =>
  one ? [linesOf(one.candidates), percent(one.none)] : [silent, '']

interface NamedConcept {
  readonly id: string
  readonly name: string
  readonly probability?: number
}

const linesOf = (concepts: readonly NamedConcept[]): string =>
  concepts
    .map(({ name, id, probability }) => `${percent(probability)} ${name} (${id})`.trimStart())
    .join('\n')

/** `82 %`, which no line break parts; never 0 % or 100 % when it is neither; nothing for what nobody judged. */
export function percent(probability: number | undefined): string {
  if (probability === undefined) return ''
  if (probability > 0 && probability < 0.01) return '<\u00a01\u00a0%'
  return `${Math.min(Math.round(100 * probability), probability < 1 ? 99 : 100)}\u00a0%`
}

/** `3.4 ms`, `120 ms`. */
export const duration = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`
