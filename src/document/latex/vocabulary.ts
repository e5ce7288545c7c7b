import type { PassageKind, SectionKind } from '../../core/index.ts'

/** What LaTeX commands do to prose. Commands that stand in no table are taken for macros: the name goes, what is in braces stays. */

/** Commands that leave nothing to read, and how many brace arguments go with them. Optional arguments go as well. */
const VANISH: Readonly<Record<string, number>> = {
  label: 1,
  index: 1,
  nocite: 1,
  thanks: 1,
  todo: 1,
  marginpar: 1,
  DIFdel: 1,
  DIFdelFL: 1,
  phantom: 1,
  hphantom: 1,
  vphantom: 1,
  includegraphics: 1,
  includesvg: 1,
  includepdf: 1,
  graphicspath: 1,
  bibliography: 1,
  bibliographystyle: 1,
  addbibresource: 1,
  url: 1,
  path: 1,
  nolinkurl: 1,
  email: 1,
  ead: 1,
  orcid: 1,
  crefrange: 2,
  hypertarget: 1,
  author: 1,
  affil: 1,
  affiliation: 1,
  address: 1,
  institute: 1,
  institution: 1,
  date: 1,
  corr: 1,
  contrib: 1,
  inst: 1,
  corresp: 1,
  correspondingauthor: 1,
  authorrunning: 1,
  titlerunning: 1,
  pacs: 1,
  ccsdesc: 1,
  doi: 1,
  presentadd: 1,
  usepackage: 1,
  documentclass: 1,
  RequirePackage: 1,
  PassOptionsToPackage: 2,
  externaldocument: 1,
  setcounter: 2,
  addtocounter: 2,
  stepcounter: 1,
  refstepcounter: 1,
  setlength: 2,
  addtolength: 2,
  newlength: 1,
  newcounter: 1,
  hypersetup: 1,
  captionsetup: 1,
  geometry: 1,
  sisetup: 1,
  lstset: 1,
  tikzset: 1,
  pgfplotsset: 1,
  definecolor: 3,
  color: 1,
  colorlet: 2,
  rowcolor: 1,
  cellcolor: 1,
  columncolor: 1,
  pagestyle: 1,
  thispagestyle: 1,
  pagenumbering: 1,
  fontsize: 2,
  selectlanguage: 1,
  hyphenation: 1,
  addcontentsline: 3,
  addtocontents: 2,
  markboth: 2,
  markright: 1,
  vspace: 1,
  hspace: 1,
  vskip: 0,
  rule: 2,
  cline: 1,
  cmidrule: 1,
  specialrule: 3,
  newtheorem: 2,
  newacronym: 3,
  newglossaryentry: 2,
  DeclareGraphicsExtensions: 1,
  newenvironment: 3,
  renewenvironment: 3,
  bibitem: 1,
  special: 1,
  write: 1,
  typeout: 1,
  makeatletter: 0,
  pdfbookmark: 2,
  urlstyle: 1,
  counterwithin: 2,
  numberwithin: 2,
  linespread: 1,
  setstretch: 1,
  enlargethispage: 1,
  lstinputlisting: 1,
  verbatiminput: 1,
}

/** Commands whose first arguments are not prose (a colour, a target, a width) while the last is, and how many those are. */
const DRESS: Readonly<Record<string, number>> = {
  textcolor: 1,
  colorbox: 1,
  fcolorbox: 2,
  href: 1,
  hyperlink: 1,
  multicolumn: 2,
  multirow: 2,
  scalebox: 1,
  resizebox: 2,
  rotatebox: 1,
  parbox: 1,
  makebox: 0,
  framebox: 0,
  raisebox: 1,
  foreignlanguage: 1,
  fontencoding: 1,
  fontfamily: 1,
  captionof: 1,
  adjustbox: 1,
  tabnote: 0,
  tooltip: 0,
}

/** Section commands and their rank: 1 is `\section`. */
const HEADINGS: Readonly<Record<string, number>> = {
  part: -1,
  chapter: 0,
  section: 1,
  subsection: 2,
  subsubsection: 3,
  paragraph: 4,
  subparagraph: 5,
}

const REFERENCE =
  /^(?:[a-zA-Z]*cite[a-zA-Z]*|(?:auto|c|C|v|V|eq|name|Name|page|cpage|fig|tab|sec|full|sub|labelc|titlec|lab|z)?ref)$/

/** What to do with a command. `skip` counts the brace arguments that go. */
export interface CommandRule {
  readonly vanishes: boolean
  readonly skip: number
}

/** The rule for a command by its name without backslash and star. */
export function ruleFor(name: string): CommandRule {
  if (REFERENCE.test(name)) return { vanishes: true, skip: 1 }
  const vanish = own(VANISH, name)
  if (vanish !== undefined) return { vanishes: true, skip: vanish }
  return { vanishes: false, skip: own(DRESS, name) ?? 0 }
}

/** The rank of a section command; `undefined` for other commands. */
export function headingRank(name: string): number | undefined {
  return own(HEADINGS, name)
}

/** What a command's brace argument is collected as, apart from the paragraph around it. */
export interface SinkRule {
  readonly kind: PassageKind
  readonly sectionKind?: SectionKind
}

const SINKS: Readonly<Record<string, SinkRule>> = {
  caption: { kind: 'caption' },
  captionof: { kind: 'caption' },
  subcaption: { kind: 'caption' },
  footnote: { kind: 'footnote' },
  footnotetext: { kind: 'footnote' },
  sidenote: { kind: 'footnote' },
  title: { kind: 'title', sectionKind: 'title' },
  abstract: { kind: 'paragraph', sectionKind: 'abstract' },
}

/** The rule for a command whose argument is a block of its own; `undefined` for other commands. */
export function sinkOf(name: string): SinkRule | undefined {
  return own(SINKS, name)
}

/** Whether the command defines a macro. */
export function isDefinition(name: string): boolean {
  return /^(?:(?:re)?newcommand|providecommand|DeclareRobustCommand|DeclareMathOperator|(?:New|Renew|Provide|Declare)DocumentCommand|[gex]?def|let)$/.test(
    name,
  )
}

/** Whether the command includes a file. */
export function isInclusion(name: string): boolean {
  return /^(?:input|include|subfile|(?:sub)?import)$/.test(name)
}

/** What an environment does to prose. `prose` ones are transparent. */
export type EnvironmentKind = 'document' | 'hidden' | 'math' | 'table' | 'list' | 'quote' | 'float' | 'prose'

const ENVIRONMENTS: ReadonlyMap<string, EnvironmentKind> = new Map([
  ['document', 'document'],
  ...kind(
    'hidden',
    'verbatim Verbatim BVerbatim LVerbatim lstlisting minted comment filecontents alltt tikzpicture pgfpicture',
  ),
  ...kind(
    'hidden',
    'picture pspicture thebibliography algorithm algorithmic algorithm2e CCSXML code Sinput Soutput Schunk axis forest',
  ),
  ...kind(
    'math',
    'equation align gather multline eqnarray displaymath math alignat flalign IEEEeqnarray dmath xalignat',
  ),
  ...kind(
    'table',
    'tabular tabularx tabulary longtable array supertabular xtabular xltabular tblr longtblr talltblr',
  ),
  ...kind(
    'list',
    'itemize enumerate description compactitem compactenum inparaenum asparaenum easylist tasks',
  ),
  ...kind('quote', 'quote quotation displayquote verse'),
  ...kind(
    'float',
    'figure table wrapfigure wraptable sidewaysfigure sidewaystable SCfigure longtable subfigure floatrow',
  ),
] as const)

function kind<K extends EnvironmentKind>(of: K, names: string): readonly (readonly [string, K])[] {
  return names.split(' ').map((name) => [name, of] as const)
}

/** What an environment does; a star does not matter. */
export function environmentKind(name: string): EnvironmentKind {
  const known = ENVIRONMENTS.get(name.replace(/\*$/, ''))
  return name.startsWith('longtable') ? 'table' : (known ?? 'prose')
}

/** Whether the braces right behind `\begin{name}` are arguments rather than prose. */
export function takesArguments(name: string): boolean {
  return /^(?:tabular[xy]?\*?|longtable\*?|array|supertabular|xtabular|xltabular|(?:long|tall)?tblr|minipage|multicols?\*?|wrapfigure|wraptable|adjustbox|adjustwidth|subfigure|subtable|spacing|textblock|floatrow|landscape|list|tcolorbox|CJK\*?|otherlanguage\*?)$/.test(
    name,
  )
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
