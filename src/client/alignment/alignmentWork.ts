import { createHash } from 'node:crypto'
import { SETTINGS, type Settings, type TableOverview } from '../../protocol/index.ts'

/** What a person wants aligned. */
export interface AlignmentWork {
  /** Path of the table. */
  readonly table: string
  readonly column: string
  readonly context?: string | undefined
  /** Semantic groups that concepts must be of; empty: any. */
  readonly types: readonly string[]
  /** BCP 47 tag of the terms. */
  readonly language: string
}

/** What the command line is to make of it. */
export interface AlignmentTarget {
  readonly out: string
  readonly format: 'review' | ExportFormatName
  /** Where what was found about the terms is kept. */
  readonly keep: string
}

/** Formats that people export, with the ends of their files. */
export const EXPORT_FORMATS = {
  csv: {
    label: 'Table (CSV)',
    end: '.aligned.csv',
    detail: 'the same table with the concepts in further columns',
  },
  xlsx: { label: 'Table (Excel)', end: '.aligned.xlsx', detail: 'the same as a workbook' },
  sssom: {
    label: 'SSSOM mappings',
    end: '.sssom.tsv',
    detail: 'terms and concepts for other ontology tools',
  },
  fhir: { label: 'FHIR ConceptMap', end: '.conceptmap.json', detail: 'R4, for clinical systems' },
} as const

export type ExportFormatName = keyof typeof EXPORT_FORMATS

/** The column whose examples have most letters: numbers and codes have few. Of a table without columns an empty title. */
export function likelyTermColumn(columns: TableOverview['columns']): string {
  const nLetters = (examples: readonly string[]): number => examples.join('').replace(/\P{L}/gu, '').length
  const mean = (examples: readonly string[]): number => nLetters(examples) / Math.max(1, examples.length)
  const [likely] = columns.toSorted((a, b) => mean(b.examples) - mean(a.examples))
  return likely?.title ?? ''
}

/** A short name for a piece of work, the same whenever it is the same. */
export function keyOf({ table, column, context = '', types, language }: AlignmentWork): string {
  const text = JSON.stringify([table, column, context, types, language])
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** The settings that alignment follows; which types of concepts to take is asked. */
const FOLLOWED = [
  'knowledgeBase.path',
  'knowledgeBase.extra',
  'candidates.sources',
  'model.path',
  'engine.provider',
  'engine.processes',
  'alignment.acceptFrom',
  'alignment.reviewFrom',
  'alignment.secondOpinion',
] as const satisfies readonly (keyof Settings)[]

/** Arguments of the command line that align a table as the editor's settings have it. */
export function alignArguments(
  work: AlignmentWork,
  { out, format, keep }: AlignmentTarget,
  settings: Settings,
): readonly string[] {
  const followed = FOLLOWED.flatMap((key) => {
    const [flag = ''] = SETTINGS[key].flag.split(' ')
    const value = settings[key]
    return [value].flat().flatMap((one) => (one === '' ? [] : [flag, String(one)]))
  })
  const context = work.context === undefined ? [] : ['--context', work.context]
  const types = work.types.flatMap((type) => ['--only-types', type])
  const files = ['--out', out, '--format', format, '--keep', keep]
  const of = ['--column', work.column, ...context, ...types, '--language', work.language]
  return ['align', work.table, ...of, ...files, ...followed]
}
