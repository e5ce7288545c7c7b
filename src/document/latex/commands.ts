import { ACCENTS, greekLetter, SIGNS, TEXT_COMMANDS } from '../characters.ts'
import { scanEnvironment } from './environments.ts'
import { scanEnsureMath, scanMath } from './mathMode.ts'
import { report } from './problems.ts'
import type { Accent } from './reader.ts'
import { endParagraph, endRow, openSink } from './sinks.ts'
import type { MacroText, ScanState, Sink } from './state.ts'
import { headingRank, isDefinition, isInclusion, ruleFor, sinkOf } from './vocabulary.ts'

/** What begins with a backslash. */
export function scanCommand(scan: ScanState): void {
  const accent = scan.read.accent(scan.at)
  if (accent) return writeAccent(scan, accent)
  const name = scan.read.commandName(scan.at)
  if (name === '') scanSymbol(scan)
  else scanNamed(scan, name)
}

function writeAccent(scan: ScanState, { mark, letter, end }: Accent): void {
  if (letter !== '')
    scan.sink.mask.replace(scan.at, end, `${letter}${ACCENTS.get(mark) ?? ''}`.normalize('NFC'))
  scan.at = end
}

/** A backslash and a sign. */
function scanSymbol(scan: ScanState): void {
  const { source, sink, at } = scan
  const sign = source[at + 1] ?? ''
  if (sign === '(') return scanMath(scan, '\\(', '\\)')
  if (sign === '[') return scanMath(scan, '\\[', '\\]')
  if (sign === '\\') return scanLineBreak(scan)
  scan.at = Math.min(at + 2, source.length)
  if (/[%&#$_{}]/.test(sign)) sink.mask.keep(at + 1, scan.at)
  else if (/[ ,;:>\n\t]/.test(sign)) sink.mask.blank(at, scan.at)
}

function scanLineBreak(scan: ScanState): void {
  const { read, sink, at } = scan
  scan.at = read.match(/\\\\\*?(?:[ \t]*\[[^\]\n]*\])?/y, at)?.end ?? at + 2
  if (sink.cells) endRow(scan)
  else sink.mask.blank(at, scan.at)
}

/** A command with a name: the author's macro before a sign, a sign before a rule. */
function scanNamed(scan: ScanState, name: string): void {
  if (name === 'begin' || name === 'end') return scanEnvironment(scan, name)
  const nameEnd = scan.at + 1 + name.length
  const rank = headingRank(name)
  if (rank !== undefined) return scanHeading(scan, rank, nameEnd)
  if (scanStructure(scan, name, nameEnd)) return
  const macro = scan.macros.get(name)
  const sign = TEXT_COMMANDS.get(name) ?? greekLetter(name) ?? SIGNS.get(name)
  if (macro) writeText(scan, spaced(scan, macro, nameEnd), nameEnd)
  else if (sign !== undefined) writeText(scan, sign, nameEnd)
  else applyRule(scan, name, nameEnd)
}

function scanHeading(scan: ScanState, rank: number, nameEnd: number): void {
  const what: Omit<Sink, 'mask'> =
    scan.isAppendix && rank <= 1
      ? { kind: 'heading', rank, sectionKind: 'supplement' }
      : { kind: 'heading', rank }
  if (!openSink(scan, behindStar(scan, nameEnd), what)) scan.at = nameEnd
}

function behindStar({ source }: ScanState, nameEnd: number): number {
  return source[nameEnd] === '*' ? nameEnd + 1 : nameEnd
}

/** Commands that say how the text goes on rather than what it says. Returns whether `name` is one. */
function scanStructure(scan: ScanState, name: string, nameEnd: number): boolean {
  const { read } = scan
  const opens = sinkOf(name)
  if (opens) {
    const start = behindStar(scan, nameEnd)
    return openSink(scan, name === 'captionof' ? skipArguments(scan, start, 1) : start, opens)
  }
  if (isDefinition(name)) {
    scan.at = read.definition(name, nameEnd).end
    return true
  }
  switch (name) {
    case 'item':
      scanItem(scan, nameEnd)
      return true
    case 'par':
      endParagraph(scan)
      scan.at = nameEnd
      return true
    case 'appendix':
      scan.isAppendix = true
      scan.at = nameEnd
      return true
    case 'verb':
    case 'lstinline':
      scan.at = read.verbEnd(nameEnd)
      scan.sink.mask.drop()
      return true
    case 'iffalse':
      scan.at = read.findAfter('\\fi', nameEnd) ?? nameEnd
      return true
    case 'ensuremath':
      return scanEnsureMath(scan, nameEnd)
    default:
      if (!isInclusion(name)) return false
      scanInclusion(scan, nameEnd)
      return true
  }
}

function scanItem(scan: ScanState, nameEnd: number): void {
  endParagraph(scan)
  const start = scan.read.skipBlanks(nameEnd)
  const label = scan.read.match(/\[(?:[^[\]\n{}]|\{[^{}\n]*\}|\[[^[\]\n]*\])*\]/y, start)
  scan.at = label ? start + 1 : start
  scan.labelEnd = label && label.end - 1
}

function scanInclusion(scan: ScanState, nameEnd: number): void {
  const start = scan.at
  const { path, end } = scan.read.inclusion(nameEnd)
  scan.at = end
  if (path === '' || scan.inPreamble) return
  endParagraph(scan)
  scan.inclusions.push({ path, span: { start, end } })
}

/** Lets `text` stand for the command; TeX skips blanks or `{}` behind it. */
function writeText(scan: ScanState, text: string, nameEnd: number): void {
  const { source, read, sink, at } = scan
  if (text === ' ') sink.mask.blank(at, nameEnd)
  else sink.mask.replace(at, nameEnd, text)
  scan.at = source.startsWith('{}', nameEnd) ? nameEnd + 2 : read.skipBlanks(nameEnd)
}

/** A macro's text with the blank that `\xspace` puts behind it: not before punctuation, a closing bracket or `{}`. */
function spaced({ source }: ScanState, { text, isSpaced }: MacroText, nameEnd: number): string {
  const next = isSpaced ? /\S/.exec(source.slice(nameEnd, nameEnd + 20))?.[0] : undefined
  return next !== undefined && /[\p{L}\d($\\`[]/u.test(next) ? text.replace(/ ?$/, ' ') : text
}

/** What the vocabulary says of a command; of one it does not know, the name goes and what is in braces stays. */
function applyRule(scan: ScanState, name: string, nameEnd: number): void {
  const { vanishes, skip } = ruleFor(name)
  scan.at = vanishes || skip > 0 ? skipArguments(scan, nameEnd, skip) : scan.read.skipMacroArguments(nameEnd)
  if (vanishes) scan.sink.mask.drop()
}

function skipArguments(scan: ScanState, from: number, groups: number): number {
  const { end, unclosed } = scan.read.skipArguments(from, groups)
  if (unclosed !== undefined) {
    report(
      scan,
      'latex-unclosed-group',
      { start: unclosed, end: unclosed + 1 },
      'This brace is not closed in its paragraph. Close it with }.',
    )
  }
  return end
}
