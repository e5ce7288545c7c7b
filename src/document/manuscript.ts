import type { Manuscript, ManuscriptFormat, Passage, PassageKind, Problem, Section } from '../core/index.ts'
import type { Block, BlockParser, ParsedFile, PlacedBlock } from './block.ts'
import { createLatexParser } from './latex/latex.ts'
import { collectMacros } from './latex/macros.ts'
import type { Macros } from './latex/state.ts'
import { createMarkdownParser } from './markdown/markdown.ts'
import { cutBlock, type Cut } from './passages.ts'
import { resolveInclusion, type Reader } from './project.ts'
import { trackSections, type SectionTracker } from './sections.ts'
import { createTextParser } from './text.ts'
import { findTitle, TITLE } from './title.ts'

/** A manuscript to parse. */
export interface ManuscriptInput {
  /** Path or URI; its ending tells the format unless `format` does. Copied into every passage. */
  readonly file: string
  /** The source as the editor has it, a BOM included. */
  readonly text: string
  readonly format?: ManuscriptFormat
}

/** A parser for one manuscript that remembers what it parsed last, so that an edit costs little. */
export interface ManuscriptParser {
  /**
   * Parses the manuscript as it is now. The answer depends on the input only, never on what was parsed before;
   * passages that did not change or move are the same objects as last time.
   */
  parse(input: ManuscriptInput): Manuscript
}

/** What {@link createManuscriptParser} can be told. */
export interface ManuscriptParserOptions {
  /** Reads the files that `\input` names. Without it they are left out silently. */
  readonly reader?: Reader
}

const PARSERS: Readonly<Record<ManuscriptFormat, () => BlockParser>> = {
  markdown: createMarkdownParser,
  latex: createLatexParser,
  text: createTextParser,
}

const EXTENSIONS: Readonly<Record<string, ManuscriptFormat>> = {
  md: 'markdown',
  markdown: 'markdown',
  mdown: 'markdown',
  mkd: 'markdown',
  qmd: 'markdown',
  rmd: 'markdown',
  rmarkdown: 'markdown',
  tex: 'latex',
  ltx: 'latex',
  latex: 'latex',
  txt: 'text',
  text: 'text',
}
const LANGUAGES: Readonly<Record<string, ManuscriptFormat>> = {
  markdown: 'markdown',
  quarto: 'markdown',
  rmd: 'markdown',
  rmarkdown: 'markdown',
  'markdown-math': 'markdown',
  latex: 'latex',
  tex: 'latex',
  'latex-expl3': 'latex',
  plaintext: 'text',
}

/**
 * The format of a file by its ending (`.md .qmd .Rmd`, `.tex`, `.txt` …), else by the editor's language id (untitled
 * documents); `undefined` when neither says.
 */
export function formatOf(path: string, languageId?: string): ManuscriptFormat | undefined {
  const extension = /\.([A-Za-z]+)(?:[?#].*)?$/.exec(path)?.[1]?.toLowerCase()
  return EXTENSIONS[extension ?? ''] ?? LANGUAGES[languageId?.toLowerCase() ?? '']
}

/** Parses one manuscript from scratch. Never throws on broken input; unknown endings are read as plain text. */
export function parseManuscript(input: ManuscriptInput): Manuscript {
  return createManuscriptParser().parse(input)
}

/** Parses a manuscript with the files that it includes (`\input`, `\include`, `\subfile`). */
export function parseProject(input: ManuscriptInput, reader: Reader): Manuscript {
  return createManuscriptParser({ reader }).parse(input)
}

/** Makes a {@link ManuscriptParser}. */
export function createManuscriptParser({ reader }: ManuscriptParserOptions = {}): ManuscriptParser {
  const parsers = new Map<string, BlockParser>()
  const cache = new WeakMap<Block, CachedPassages>()

  return {
    parse(input) {
      const format = input.format ?? formatOf(input.file) ?? 'text'
      const assembly: Assembly = { passages: [], problems: [], sections: trackSections() }
      const macros = format === 'latex' ? collectMacros(input, reader) : undefined
      const include = (file: string, text: string, within: readonly string[]): void => {
        const parsed = parser(file, format).parse(text, macros)
        const binary = findBinary(text)
        if (binary) assembly.problems.push({ ...binary, file })
        assembly.problems.push(...parsed.problems.map((p) => ({ ...p, file })))
        if (format === 'markdown') assembly.title = findTitle(parsed.items)
        for (const item of parsed.items) {
          if ('block' in item) pushPassages(assembly, { file, item }, cache)
          else if (reader) {
            const found = resolveInclusion(item, { root: input.file, within, reader })
            if ('problem' in found) assembly.problems.push({ ...found.problem, file })
            else include(found.file, found.text, [...within, found.file])
          }
        }
      }
      include(input.file, input.text, [input.file])
      return { file: input.file, format, passages: assembly.passages, problems: assembly.problems }
    },
  }

  /** The parser of a file: the one that parsed it last time, when there is. */
  function parser(file: string, format: ManuscriptFormat): BlockParser {
    const key = `${format} ${file}`
    const known = parsers.get(key) ?? keepingLast(PARSERS[format]())
    parsers.set(key, known)
    return known
  }
}

/** The parser, which gives its last answer once more while text and macros are the same. */
function keepingLast(parser: BlockParser): BlockParser {
  let last: { text: string; macros: Macros | undefined; parsed: ParsedFile } | undefined
  return {
    parse(text, macros) {
      if (last?.text === text && last.macros === macros) return last.parsed
      const parsed = parser.parse(text, macros)
      last = { text, macros, parsed }
      return parsed
    },
  }
}

interface Assembly {
  readonly passages: Passage[]
  readonly problems: Problem[]
  readonly sections: SectionTracker
  /** The heading that is the document's title. */
  title?: PlacedBlock | undefined
}

interface CachedPassages {
  readonly cuts: readonly Cut[]
  readonly file: string
  readonly start: number
  readonly section: Section
  readonly passages: readonly Passage[]
}

interface BlockOfFile {
  readonly file: string
  readonly item: PlacedBlock
}

function pushPassages(
  assembly: Assembly,
  { file, item }: BlockOfFile,
  cache: WeakMap<Block, CachedPassages>,
): void {
  const { start, block } = item
  const isTitle = item === assembly.title
  const section = isTitle ? TITLE : sectionFor(assembly.sections, block)
  const known = cache.get(block)
  if (known && known.start === start && known.file === file && sameSection(known.section, section)) {
    assembly.passages.push(...known.passages)
    return
  }
  const cuts = known?.cuts ?? cutBlock(block)
  const passages = cuts.map((cut) =>
    place(cut, { file, start, kind: isTitle ? 'title' : block.kind, section }),
  )
  cache.set(block, { cuts, file, start, section, passages })
  assembly.passages.push(...passages)
}

function sectionFor(sections: SectionTracker, block: Block): Section {
  if (block.kind === 'heading') {
    return sections.enter({ title: block.text, rank: block.rank ?? 1, kind: block.sectionKind })
  }
  if (block.sectionKind === undefined) return sections.current
  return { kind: block.sectionKind, title: block.sectionKind === 'abstract' ? 'Abstract' : '', level: 0 }
}

function sameSection(a: Section, b: Section): boolean {
  return a === b || (a.kind === b.kind && a.title === b.title && a.level === b.level)
}

interface Place {
  readonly file: string
  readonly start: number
  readonly kind: PassageKind
  readonly section: Section
}

function place(cut: Cut, { file, start, kind, section }: Place): Passage {
  const segments = cut.segments.map((segment) => ({
    ...segment,
    source: { start: segment.source.start + start, end: segment.source.end + start },
  }))
  const source = {
    start: segments[0]?.source.start ?? start,
    end: segments[segments.length - 1]?.source.end ?? start,
  }
  return { file, text: cut.text, segments, source, kind, section, sentences: cut.sentences }
}

/** A warning when the text holds NULs: a binary file, or UTF-16 read as something else. */
function findBinary(text: string): Problem | undefined {
  const at = text.indexOf('\0')
  if (at < 0) return undefined
  return {
    code: 'document-binary',
    severity: 'warning',
    message: `There is a NUL character at offset ${at}. A manuscript is text in UTF-8; check that this is one, and save it as UTF-8. NULs are read as blanks.`,
    span: { start: at, end: at + 1 },
  }
}
