import { ConceptLensError } from '../../../core/index.ts'

/**
 * The columns of the files that are read, in their documented order (UMLS Reference Manual, "Metathesaurus Rich Release
 * Format", and RxNorm Technical Documentation, which differs in the first columns only). A release's own MRFILES.RRF
 * goes before.
 */
const DOCUMENTED: Readonly<Record<string, string>> = {
  MRCONSO: 'CUI,LAT,TS,LUI,STT,SUI,ISPREF,AUI,SAUI,SCUI,SDUI,SAB,TTY,CODE,STR,SRL,SUPPRESS,CVF',
  MRSTY: 'CUI,TUI,STN,STY,ATUI,CVF',
  MRDEF: 'CUI,AUI,ATUI,SATUI,SAB,DEF,SUPPRESS,CVF',
  MRREL: 'CUI1,AUI1,STYPE1,REL,CUI2,AUI2,STYPE2,RELA,RUI,SRUI,SAB,SL,RG,DIR,SUPPRESS,CVF',
  MRSAB:
    'VCUI,RCUI,VSAB,RSAB,SON,SF,SVER,VSTART,VEND,IMETA,RMETA,SLC,SCC,SRL,TFR,CFR,CXTY,TTYL,ATNL,LAT,CENC,CURVER,SABIN,SSN,SCIT',
  MRRANK: 'RANK,SAB,TTY,SUPPRESS',
  MRCUI: 'CUI1,VER,REL,RELA,MAPREASON,CUI2,MAPIN',
  MRFILES: 'FIL,DES,FMT,CLS,RWS,BTS',
  RXNCONSO: 'RXCUI,LAT,TS,LUI,STT,SUI,ISPREF,RXAUI,SAUI,SCUI,SDUI,SAB,TTY,CODE,STR,SRL,SUPPRESS,CVF',
  RXNSTY: 'RXCUI,TUI,STN,STY,ATUI,CVF',
  RXNREL: 'RXCUI1,RXAUI1,STYPE1,REL,RXCUI2,RXAUI2,STYPE2,RELA,RUI,SRUI,SAB,SL,DIR,RG,SUPPRESS,CVF',
  RXNSAB:
    'VCUI,RCUI,VSAB,RSAB,SON,SF,SVER,VSTART,VEND,IMETA,RMETA,SLC,SCC,SRL,TFR,CFR,CXTY,TTYL,ATNL,LAT,CENC,CURVER,SABIN,SSN,SCIT',
  RXNCUI: 'CUI1,VER_START,VER_END,CARDINALITY,CUI2',
}

/** The files that are read, by what they hold. */
export type ReleaseFile = 'conso' | 'sty' | 'def' | 'rel' | 'sab' | 'rank' | 'cui' | 'files'

/** What a release of either kind calls its files; RxNorm has no definitions, ranks or list of files. */
export const FILE_NAMES: Readonly<Record<'umls' | 'rxnorm', Readonly<Partial<Record<ReleaseFile, string>>>>> =
  {
    umls: {
      conso: 'MRCONSO',
      sty: 'MRSTY',
      def: 'MRDEF',
      rel: 'MRREL',
      sab: 'MRSAB',
      rank: 'MRRANK',
      cui: 'MRCUI',
      files: 'MRFILES',
    },
    rxnorm: { conso: 'RXNCONSO', sty: 'RXNSTY', rel: 'RXNREL', sab: 'RXNSAB', cui: 'RXNCUI' },
  }

/** The columns without which a file says nothing. `ID` stands for CUI or RXCUI. */
const NEEDED: Readonly<Record<ReleaseFile, readonly string[]>> = {
  conso: ['ID', 'LAT', 'SAB', 'TTY', 'STR', 'SUPPRESS'],
  sty: ['ID', 'TUI'],
  def: ['ID', 'SAB', 'DEF'],
  rel: ['ID1', 'REL', 'ID2', 'RELA', 'SAB'],
  sab: ['RSAB', 'SON', 'SVER', 'SRL', 'LAT'],
  rank: ['RANK', 'SAB', 'TTY'],
  cui: ['ID1', 'ID2'],
  files: ['FIL', 'FMT'],
}

/** Where the columns of a file stand. */
export interface Columns {
  readonly n: number
  /** -1 for a column that the file does not have. */
  of(column: string): number
  /** The same for several. */
  all<T extends readonly string[]>(...columns: T): { [I in keyof T]: number }
}

/** Columns from a list such as MRFILES.RRF gives; throws when one is missing that the file is read for. */
export function columnsOf(file: ReleaseFile, name: string, listed?: string): Columns {
  const titles = (listed ?? DOCUMENTED[name] ?? '').split(',').map(withoutVendor)
  const missing = NEEDED[file].filter((column) => !titles.includes(column))
  if (missing.length > 0)
    throw new ConceptLensError(
      'kb-missing-column',
      `${name}.RRF lacks the column ${missing.join(' and ')}: MRFILES.RRF lists ${titles.join(', ')}. Is the release whole?`,
    )
  const of = (column: string): number => titles.indexOf(column)
  return {
    n: titles.length,
    of,
    all: <T extends readonly string[]>(...columns: T) => columns.map(of) as { [I in keyof T]: number },
  }
}

/** `RXCUI` and `CUI` are one column to us: `ID`. */
function withoutVendor(title: string): string {
  return title.trim().replace(/^(?:RX)?CUI([12]?)$/, 'ID$1')
}
