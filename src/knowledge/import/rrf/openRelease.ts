import type { ImportSink } from '../draft.ts'
import { ConceptLensError, type Problem } from '../../../core/index.ts'
import { columnsOf, FILE_NAMES, type Columns, type ReleaseFile } from './columns.ts'
import type { Member } from './member.ts'
import { missingFile, type Release } from './release.ts'
import { eachRow, type Row } from './rows.ts'
import { filtersOf, type Filters, type ReleaseSelection } from './selection.ts'

/** What a release says of a source vocabulary (MRSAB.RRF). */
export interface Vocabulary {
  readonly title: string
  readonly version: string
  /** 0 for free use, up to 9; the licence agreement's appendix says what each allows. */
  readonly restrictionLevel: string
  readonly language: string
}

/** A release whose files and columns are known and sound. */
export interface OpenRelease {
  readonly path: string
  readonly kind: Release['kind']
  readonly filters: Filters
  /** By abbreviation; empty when the release does not say. */
  readonly vocabularies: ReadonlyMap<string, Vocabulary>
  /** Rank of a term type in a vocabulary, by `rankKey`; higher leads. */
  readonly ranks: ReadonlyMap<string, number>
  has(file: ReleaseFile): boolean
  /** Takes the rows of a file; nothing when the release has no such file. Bad rows are problems of `sink`. */
  read(file: ReleaseFile, sink: Pick<ImportSink, 'advance' | 'problem'>, take: TakeRow): Promise<void>
  bytesOf(file: ReleaseFile): number
}

/** What to do with a row, given where its columns stand; may call the row bad, with a reason. */
export type TakeRow = (columns: Columns) => (row: Row, bad: (reason: string) => void) => void

/**
 * Reads what a release says of its own files and vocabularies, and checks the selection against it. Throws when a file
 * or column is missing that is needed, and for a vocabulary or type that does not exist.
 */
export async function openRelease(
  path: string,
  release: Release,
  selection?: ReleaseSelection,
): Promise<OpenRelease> {
  const { kind, members } = release
  const filters = filtersOf(selection)
  const names = FILE_NAMES[kind]
  const listed = await listedColumns(members.files)
  const columns = new Map(
    Object.keys(members).map((file) => {
      const name = names[file as ReleaseFile]!
      return [file as ReleaseFile, columnsOf(file as ReleaseFile, name, listed.get(name))]
    }),
  )
  if (filters.isTypeWanted && !members.sty) throw missingFile(path, names.sty!, 'to choose by semantic type')
  const read: OpenRelease['read'] = async (file, sink, take) => {
    const member = members[file]
    const found = columns.get(file)
    if (!member || !found) return
    const takeRow = take(found)
    const bad = (line: number, reason: string): void => sink.problem(badRow(member, line, reason))
    await eachRow(await member.open((n) => sink.advance(n)), found, {
      row: (row) => takeRow(row, (reason) => bad(row.line, reason)),
      bad,
    })
  }
  const open = {
    path,
    kind,
    filters,
    has: (file: ReleaseFile) => members[file] !== undefined,
    read,
    bytesOf: (file: ReleaseFile) => members[file]?.bytes ?? 0,
  }
  const vocabularies = await readVocabularies(read)
  checkVocabularies(path, filters, vocabularies)
  return { ...open, vocabularies, ranks: await readRanks(read) }
}

const UNHEARD: Pick<ImportSink, 'advance' | 'problem'> = { advance: () => {}, problem: () => {} }

function badRow({ path }: Member, line: number, reason: string): Problem {
  return {
    code: 'kb-bad-row',
    severity: 'warning',
    message: `The row was left out: ${reason}.`,
    file: path,
    line,
  }
}

/** The columns of every file as MRFILES.RRF lists them; empty when there is none. */
async function listedColumns(files: Member | undefined): Promise<ReadonlyMap<string, string>> {
  const listed = new Map<string, string>()
  if (!files) return listed
  const columns = columnsOf('files', 'MRFILES')
  const [name, format] = [columns.of('FIL'), columns.of('FMT')]
  await eachRow(await files.open(() => {}), columns, {
    row(row) {
      const file = row
        .code(name)
        .replace(/^.*\//, '')
        .replace(/\.RRF$/i, '')
      listed.set(file, row.code(format))
    },
    bad: () => {},
  })
  return listed
}

async function readVocabularies(read: OpenRelease['read']): Promise<ReadonlyMap<string, Vocabulary>> {
  const vocabularies = new Map<string, Vocabulary>()
  await read('sab', UNHEARD, (columns) => (row) => {
    const name = row.code(columns.of('RSAB'))
    const isCurrent = row.code(columns.of('CURVER')) !== 'N'
    if (vocabularies.has(name) && !isCurrent) return
    vocabularies.set(name, {
      title: row.text(columns.of('SON')),
      version: row.text(columns.of('SVER')),
      restrictionLevel: row.code(columns.of('SRL')),
      language: row.code(columns.of('LAT')),
    })
  })
  return vocabularies
}

function checkVocabularies(
  path: string,
  { vocabularies: wanted }: Filters,
  known: ReadonlyMap<string, Vocabulary>,
): void {
  const unknown = [...(wanted ?? [])].filter((name) => known.size > 0 && !known.has(name))
  if (unknown.length > 0)
    throw new ConceptLensError(
      'kb-unknown-vocabulary',
      `The release ${path} has no source vocabulary ${unknown.join(', ')}. It has: ${[...known.keys()].sort().join(', ')}.`,
    )
}

/** How {@link OpenRelease.ranks} calls a term type of a vocabulary. */
export const rankKey = (vocabulary: string, termType: string): string => `${vocabulary}|${termType}`

async function readRanks(read: OpenRelease['read']): Promise<ReadonlyMap<string, number>> {
  const ranks = new Map<string, number>()
  await read('rank', UNHEARD, (columns) => (row) => {
    const key = rankKey(row.code(columns.of('SAB')), row.code(columns.of('TTY')))
    ranks.set(key, Math.max(ranks.get(key) ?? 0, Number(row.code(columns.of('RANK'))) || 0))
  })
  return ranks
}
