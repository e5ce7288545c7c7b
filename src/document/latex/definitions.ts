import type { Span } from '../../core/index.ts'
import { environmentKind, isDefinition, isInclusion } from './vocabulary.ts'
import { createReader, type SourceReader } from './reader.ts'

/** A macro as one file defines it. */
export interface MacroDefinition {
  /** Without the backslash. */
  readonly name: string
  /** What it stands for; `undefined` when it takes arguments. */
  readonly body: string | undefined
  /** `\providecommand`: an earlier definition stays. */
  readonly isProvided: boolean
  /** `\let`: means what the macro in `body` means now, whatever that becomes later. */
  readonly isAlias: boolean
}

/** A file that is included, the preamble's ones too. */
export interface IncludedFile {
  readonly path: string
  readonly span: Span
}

// Every command and every comment; an escaped sign as one, so that `\%` begins no comment.
const TOKEN = /\\(?:[A-Za-z]+|[^])|%[^\n]*/g

/**
 * The macros that a LaTeX file defines and the files that it includes, in reading order, up to `\end{document}`. What
 * stands in comments, verbatim text and switched-off parts does not count. Line ends must be `\n`.
 */
export function findDefinitions(source: string): readonly (MacroDefinition | IncludedFile)[] {
  const read = createReader(source)
  const found: (MacroDefinition | IncludedFile)[] = []
  const token = new RegExp(TOKEN)
  for (let match = token.exec(source); match; match = token.exec(source)) {
    const name = match[0].slice(1)
    const nameEnd = token.lastIndex
    if (match[0].startsWith('%')) continue
    if (isDefinition(name)) {
      const { macro, body, end } = read.definition(name, nameEnd)
      if (macro !== undefined)
        found.push({ name: macro, body, isProvided: /^provide/i.test(name), isAlias: name === 'let' })
      token.lastIndex = end
    } else if (isInclusion(name)) {
      const { path, end } = read.inclusion(nameEnd)
      if (path !== '') found.push({ path, span: { start: match.index, end } })
      token.lastIndex = end
    } else {
      const end = hiddenEnd(read, name, nameEnd)
      if (end === undefined) break
      token.lastIndex = end
    }
  }
  return found
}

/** Behind what is not read although `name` opens it; `nameEnd` for other commands; `undefined` at the document's end. */
function hiddenEnd(read: SourceReader, name: string, nameEnd: number): number | undefined {
  if (name === 'verb' || name === 'lstinline') return read.verbEnd(nameEnd)
  if (name === 'iffalse') return read.findAfter('\\fi', nameEnd) ?? nameEnd
  if (name !== 'begin' && name !== 'end') return nameEnd
  const environment = read.match(/[ \t]*\{([^{}\n\\]{0,60})\}/y, nameEnd)?.groups[0]?.trim() ?? ''
  const kind = environmentKind(environment)
  if (name === 'end') return kind === 'document' ? undefined : nameEnd
  return kind === 'hidden' ? (read.findAfter(`\\end{${environment}}`, nameEnd) ?? nameEnd) : nameEnd
}
