import type { Span } from '../../core/index.ts'

/** A match at a position. `groups` are the pattern's groups from the first on. */
export interface Match {
  readonly text: string
  readonly end: number
  readonly groups: readonly (string | undefined)[]
}

/** An accent command: its mark and the letter it stands on, empty when there is none. */
export interface Accent {
  readonly mark: string
  readonly letter: string
  readonly end: number
}

/** Looks ahead in LaTeX source without changing anything. Positions are UTF-16 units. */
export interface SourceReader {
  /** Where `\begin{document}` begins, outside comments; 0 when there is none. */
  readonly documentStart: number
  /** The next position at or after `from` that is not plain text; the end when there is none. */
  nextSpecial(from: number): number
  /** Matches a sticky pattern at a position. */
  match(pattern: RegExp, at: number): Match | undefined
  /** The letters of the command at the backslash `at`; empty when it is a symbol. */
  commandName(at: number): string
  accent(at: number): Accent | undefined
  /** Where `close` begins, before the next blank line; escaped characters and comments do not count. */
  findInParagraph(close: string, from: number): number | undefined
  /** The position behind the next `text`. */
  findAfter(text: string, from: number): number | undefined
  /** The next blank line, or the end. */
  paragraphEnd(from: number): number
  /** Behind blanks and one line end, as TeX skips after a command's name. */
  skipBlanks(from: number): number
  /** Behind options and this many brace arguments; `unclosed` is a brace that never closes, then the line is skipped. */
  skipArguments(from: number, groups: number): { readonly end: number; readonly unclosed?: number }
  /** Behind what an unknown macro's name takes along: options and lengths. Braces with prose stay. */
  skipMacroArguments(nameEnd: number): number
  /** Behind the text of `\verb` or `\lstinline`. */
  verbEnd(nameEnd: number): number
  /** The macro's definition whose command, `name`, ends at `nameEnd`. */
  definition(name: string, nameEnd: number): Definition
  /** The file that an `\input` names whose command ends at `nameEnd`; the path is empty when there is none that can be read. */
  inclusion(nameEnd: number): { readonly path: string; readonly end: number }
}

/** A macro's definition in the source. */
export interface Definition {
  readonly end: number
  /** The macro, without backslash; `undefined` when this is no definition that can be read. */
  readonly macro?: string | undefined
  /** What it stands for; `undefined` when it takes arguments. */
  readonly body?: string | undefined
}

const SPECIAL = /[\\%{}$~&#\n`]|--|''/g
const BLANK_LINE = /\n[ \t]*\n/g
const ACCENT =
  /\\(?:([`'^"~=.])|([uvHcdbrkt])(?![A-Za-z]))[ \t]*(?:\{[ \t]*(?:\\([ij])(?![A-Za-z])|(\p{L}))?[ \t]*\}|\\([ij])(?![A-Za-z])[ \t]?|(\p{L}))/uy

/** Makes a {@link SourceReader}. Line ends must be `\n`. */
export function createReader(source: string): SourceReader {
  let blankLine: Span = { start: -1, end: -1 } // the last answer: the first blank line at or after `start` is at `end`

  function match(pattern: RegExp, at: number): Match | undefined {
    pattern.lastIndex = at
    const found = pattern.exec(source)
    return found ? { text: found[0], end: at + found[0].length, groups: found.slice(1) } : undefined
  }

  function paragraphEnd(from: number): number {
    if (blankLine.start >= 0 && blankLine.start <= from && from <= blankLine.end) return blankLine.end
    BLANK_LINE.lastIndex = from
    blankLine = { start: from, end: BLANK_LINE.exec(source)?.index ?? source.length }
    return blankLine.end
  }

  function skipBlanks(from: number): number {
    const end = match(/[ \t]*(?:\n[ \t]*)?/y, from)?.end ?? from
    return source[end] === '\n' ? from : end
  }

  /** Behind the brace that closes the one at `open`, looking no further than `limit`. */
  function groupEnd(open: number, limit: number): number | undefined {
    let depth = 0
    for (let i = open; i < limit; i++) {
      const char = source.charCodeAt(i)
      if (char === 92) i++
      else if (char === 37) i = lineEnd(i)
      else if (char === 123) depth++
      else if (char === 125 && --depth === 0) return i + 1
    }
    return undefined
  }

  function lineEnd(from: number): number {
    const end = source.indexOf('\n', from)
    return end < 0 ? source.length : end
  }

  function skipOptions(from: number): number {
    let end = from
    for (;;) {
      const option =
        match(/\s*\[(?:[^[\]{}]|\{(?:[^{}]|\{[^{}]*\})*\}|\[[^[\]]*\])*\]/y, end) ??
        match(/\([a-z]{1,3}\)/y, end)
      if (!option || /\n[ \t]*\n/.test(option.text)) return end
      end = option.end
    }
  }

  function skipArguments(from: number, groups: number): { end: number; unclosed?: number } {
    let end = source[from] === '*' ? from + 1 : from
    for (let n = 0; n < groups; n++) {
      const options = source[end] === '[' || source[end] === '(' ? skipOptions(end) : end
      const open = skipBlanks(options)
      if (source[open] !== '{') return { end: options }
      const limit = open < documentStart ? documentStart : paragraphEnd(open)
      const close = groupEnd(open, limit)
      if (close === undefined) return { end: Math.min(lineEnd(open), limit), unclosed: open }
      end = close
    }
    return { end }
  }

  function skipMacroArguments(nameEnd: number): number {
    let end = nameEnd
    if (source[end] === '*') end++
    const options = match(/(?:\[[^\]\n]*\])+/y, end)
    end = options?.end ?? end
    const length = match(
      /\{\s*-?[\d.]+\s*(?:pt|cm|mm|em|ex|in|pc|sp|bp|\\[a-z]*(?:width|height|skip))\s*\}/y,
      end,
    )
    if (length) return length.end
    return source[end] === '{' || options ? end : skipBlanks(end)
  }

  /** `\let\a=\b`: the body is the other command. */
  function letDefinition(nameEnd: number): Definition {
    const found = match(/\s*\\([A-Za-z@]+)\s*=?\s*(\\[A-Za-z@]+|\\?[^\s])?/y, nameEnd)
    return { end: found?.end ?? nameEnd, macro: found?.groups[0], body: found?.groups[1] }
  }

  /** `\newcommand{\a}[1]{…}`, `\def\a#1{…}`, `\NewDocumentCommand{\a}{m}{…}`. */
  function definition(command: string, nameEnd: number): Definition {
    const head = match(/\*?\s*(?:\{\s*\\([^{}]*)\}|\\([A-Za-z@]+|[^])([^{}\\\n[]*))/y, nameEnd)
    if (!head) return { end: nameEnd }
    const [braced, bare, parameters] = head.groups
    const specification = command.endsWith('DocumentCommand') ? skipArguments(head.end, 1).end : head.end
    const bodyStart = skipBlanks(skipOptions(specification))
    const { end } = skipArguments(specification, 1)
    const between = source.slice(head.end, bodyStart).replace(/\[0\]/, '')
    const isPlain = /^[\s{}]*$/.test(`${parameters ?? ''}${between}`)
    const isClosed = source[bodyStart] === '{' && source[end - 1] === '}' && end > bodyStart + 1
    return {
      end,
      macro: (braced ?? bare)?.trim(),
      body: isPlain && isClosed ? source.slice(bodyStart + 1, end - 1) : undefined,
    }
  }

  const documentStart = findDocument(source)

  return {
    documentStart,
    match,
    paragraphEnd,
    skipBlanks,
    skipArguments,
    skipMacroArguments,
    nextSpecial(from) {
      SPECIAL.lastIndex = from
      return SPECIAL.exec(source)?.index ?? source.length
    },
    commandName: (at) => match(/\\([A-Za-z]+)/y, at)?.groups[0] ?? '',
    accent(at) {
      const found = match(ACCENT, at)
      if (!found) return undefined
      const [symbol, name, dotless, braced, bareDotless, bare] = found.groups
      return {
        mark: symbol ?? name ?? '',
        letter: dotless ?? braced ?? bareDotless ?? bare ?? '',
        end: found.end,
      }
    },
    findInParagraph(close, from) {
      const limit = paragraphEnd(from)
      for (let i = from; i < limit; i++) {
        if (source.startsWith(close, i)) return i
        if (source[i] === '\\') i++
        else if (source[i] === '%') i = lineEnd(i)
      }
      return undefined
    },
    findAfter(text, from) {
      const found = source.indexOf(text, from)
      return found < 0 ? undefined : found + text.length
    },
    verbEnd(nameEnd) {
      const start = skipOptions(source[nameEnd] === '*' ? nameEnd + 1 : nameEnd)
      const open = source[start]
      if (open === undefined || open === '\n') return start
      const close = source.indexOf(open === '{' ? '}' : open, start + 1)
      return close < 0 || close > lineEnd(start) ? lineEnd(start) : close + 1
    },
    definition: (name, nameEnd) => (name === 'let' ? letDefinition(nameEnd) : definition(name, nameEnd)),
    inclusion(nameEnd) {
      const found = match(/\s*(?:\{([^{}\n]*)\}(?:\{([^{}\n]*)\})?|([^\s{}\\%$&]+))/y, nameEnd)
      const path = found ? (found.groups[2] ?? `${found.groups[0] ?? ''}${found.groups[1] ?? ''}`).trim() : ''
      return { path: /[\\#]/.test(path) ? '' : path, end: found?.end ?? nameEnd }
    },
  }
}

function findDocument(source: string): number {
  for (const found of source.matchAll(/\\begin\s*\{document\}/g)) {
    const line = source.slice(source.lastIndexOf('\n', found.index) + 1, found.index)
    if (!/(?:^|[^\\])%/.test(line)) return found.index
  }
  return 0
}
