/** The columns of the generated files, in the order of the UMLS Reference Manual. */
export const COLUMNS: Readonly<Record<string, string>> = {
  MRCONSO: 'CUI,LAT,TS,LUI,STT,SUI,ISPREF,AUI,SAUI,SCUI,SDUI,SAB,TTY,CODE,STR,SRL,SUPPRESS,CVF',
  MRSTY: 'CUI,TUI,STN,STY,ATUI,CVF',
  MRDEF: 'CUI,AUI,ATUI,SATUI,SAB,DEF,SUPPRESS,CVF',
  MRREL: 'CUI1,AUI1,STYPE1,REL,CUI2,AUI2,STYPE2,RELA,RUI,SRUI,SAB,SL,RG,DIR,SUPPRESS,CVF',
  MRSAB:
    'VCUI,RCUI,VSAB,RSAB,SON,SF,SVER,VSTART,VEND,IMETA,RMETA,SLC,SCC,SRL,TFR,CFR,CXTY,TTYL,ATNL,LAT,CENC,CURVER,SABIN,SSN,SCIT',
  MRRANK: 'RANK,SAB,TTY,SUPPRESS',
  MRCUI: 'CUI1,VER,REL,RELA,MAPREASON,CUI2,MAPIN',
  MRFILES: 'FIL,DES,FMT,CLS,RWS,BTS',
  MRCOLS: 'COL,DES,REF,MIN,AV,MAX,FIL,DTY',
}

interface Vocabulary {
  readonly name: string
  readonly language: string
  /** Of a preferred name and of a synonym. */
  readonly termTypes: readonly [string, string]
  /** What its codes begin with. */
  readonly code: string
  readonly level: number
}

const english = (name: string, first: string, second: string, code = ''): Vocabulary => ({
  name,
  language: 'ENG',
  termTypes: [first, second],
  code,
  level: 0,
})

/** English ones first. */
export const VOCABULARIES: readonly Vocabulary[] = [
  english('MTH', 'PN', 'SY'),
  english('MSH', 'MH', 'ET', 'D'),
  english('SNOMEDCT_US', 'PT', 'SY'),
  english('NCI', 'PT', 'SY', 'C'),
  english('RXNORM', 'IN', 'SY'),
  english('CHV', 'PT', 'SY'),
  english('OMIM', 'PT', 'ACR'),
  english('GO', 'PT', 'ET', 'GO:'),
  english('HPO', 'PT', 'SY', 'HP:'),
  english('MEDCIN', 'PT', 'SY'),
  english('LNC', 'LC', 'LN'),
  english('FMA', 'PT', 'SY'),
  english('ICD10CM', 'PT', 'AB', 'Z'),
  { name: 'MSHSPA', language: 'SPA', termTypes: ['MH', 'ET'], code: 'D', level: 3 },
  { name: 'MSHGER', language: 'GER', termTypes: ['MH', 'ET'], code: 'D', level: 3 },
  { name: 'MSHFRE', language: 'FRE', termTypes: ['MH', 'ET'], code: 'D', level: 3 },
]

/** Vocabularies and term types, the one that leads first. */
export const RANKS: readonly (readonly [vocabulary: string, termType: string])[] = VOCABULARIES.flatMap(
  ({ name, termTypes }) => termTypes.map((termType) => [name, termType] as const),
)
