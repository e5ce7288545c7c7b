import type { Problem, SectionKind, Span } from '../../core/index.ts'
import { ACCENTS, greekLetter, SIGNS, TEXT_COMMANDS } from '../characters.ts'
import { createMask } from '../mask.ts'
import { writeInlineMath } from '../math.ts'
import { rowBlock } from '../rows.ts'
import { sectionKindOf } from '../sections.ts'
import {
  environmentKind,
  headingRank,
  isDefinition,
  isInclusion,
  ruleFor,
  sinkOf,
  takesArguments,
} from './commands.ts'
import { createReader, type SourceReader } from './reader.ts'
import type { Frame, Macros, Scan, ScannedBlock, ScannedInclusion, Sink } from './state.ts'

/** Problems beyond these are not worth a list: the file is something else. */
const MAX_PROBLEMS = 200
const MAX_FRAMES = 500

/**
 * Reads LaTeX as an author does: prose stays, everything else goes, in one pass over the source. Not TeX: only `macros`
 * are expanded. Whatever is broken costs at most its paragraph, and is reported.
 */
export function scanLatex(source: string, macros: Macros): Scan {
  const blocks: ScannedBlock[] = []
  const inclusions: ScannedInclusion[] = []
  const problems: Problem[] = []
  const frames: Frame[] = []
  const read: SourceReader = createReader(source)
  let inPreamble = read.documentStart > 0
  let isAppendix = false
  let sink: Sink = newSink()
  let at = source.startsWith('\uFEFF') ? 1 : 0

  scanTo(source.length)
  endParagraph()
  for (const frame of frames.toReversed()) reportUnclosed(frame)
  return {
    blocks,
    inclusions,
    problems: problems.sort((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0)),
  }

  // ---- the loop

  function scanTo(end: number): void {
    while (at < end) {
      const special = Math.min(read.nextSpecial(at), end)
      if (special > at) sink.mask.keep(at, special)
      at = special
      if (at < end) scanSpecial()
    }
  }

  function scanSpecial(): void {
    switch (source.charAt(at)) {
      case '\\':
        return scanCommand()
      case '\n':
        return scanLineEnd()
      case '%':
        return scanComment()
      case '{':
        return pushFrame({ at }, at + 1)
      case '}':
        return closeBrace()
      case '$':
        return scanDollar()
      case '~':
        sink.mask.blank(at, ++at)
        return
      case '&':
        return sink.cells ? endCell() : keepChar()
      case '#':
        at = read.match(/#+\d?/y, at)?.end ?? at + 1
        return
      default:
        return scanLigature()
    }
  }

  function keepChar(): void {
    sink.mask.keep(at, ++at)
  }

  function scanLineEnd(): void {
    const gap = read.match(/\n(?:[ \t]*\n)+/y, at)
    if (gap) {
      endParagraph()
      at = gap.end
    } else keepChar()
  }

  function scanComment(): void {
    at = read.match(/%[^\n]*(?:\n[ \t]*)?/y, at)?.end ?? source.length
    if (source[at] === '\n') endParagraph()
  }

  function scanLigature(): void {
    const run = read.match(/---?|''|``|`/y, at)
    if (!run) return keepChar()
    sink.mask.replace(
      at,
      run.end,
      { '--': '–', '---': '—', "''": '”', '``': '“', '`': "'" }[run.text] ?? run.text,
    )
    at = run.end
  }

  // ---- math

  function scanDollar(): void {
    const mark = source.startsWith('$$', at) ? '$$' : '$'
    scanMath(mark, mark, mark === '$')
  }

  function scanMath(open: string, close: string, isInline: boolean): void {
    const start = at + open.length
    const end = read.findInParagraph(close, start)
    if (end === undefined) {
      report(
        'latex-unclosed-math',
        { start: at, end: start },
        `The math opened by ${open} is not closed in its paragraph. Close it with ${close}.`,
      )
      at = start
      return
    }
    if (!isInline || !writeInlineMath(source, { start, end }, sink.mask)) sink.mask.drop()
    at = end + close.length
  }

  /** `\ensuremath{…}`: inline math wherever it stands. */
  function scanEnsureMath(nameEnd: number): boolean {
    const { end, unclosed } = read.skipArguments(nameEnd, 1)
    if (source[nameEnd] !== '{' || unclosed !== undefined) return false
    if (!writeInlineMath(source, { start: nameEnd + 1, end: end - 1 }, sink.mask)) sink.mask.drop()
    at = end
    return true
  }

  // ---- commands

  function scanCommand(): void {
    const accent = read.accent(at)
    if (accent) {
      if (accent.letter !== '')
        sink.mask.replace(
          at,
          accent.end,
          `${accent.letter}${ACCENTS.get(accent.mark) ?? ''}`.normalize('NFC'),
        )
      at = accent.end
      return
    }
    const name = read.commandName(at)
    if (name.length === 0) scanSymbol()
    else scanNamed(name)
  }

  function scanSymbol(): void {
    const char = source[at + 1] ?? ''
    if (char === '(') return scanMath('\\(', '\\)', true)
    if (char === '[') return scanMath('\\[', '\\]', false)
    if (char === '\\') return scanLineBreak()
    const start = at
    at = Math.min(at + 2, source.length)
    if (/[%&#$_{}]/.test(char)) sink.mask.keep(start + 1, at)
    else if (/[ ,;:>\n\t]/.test(char)) sink.mask.blank(start, at)
  }

  function scanLineBreak(): void {
    const start = at
    at = read.match(/\\\\\*?(?:[ \t]*\[[^\]\n]*\])?/y, at)?.end ?? at + 2
    if (sink.cells) endRow()
    else sink.mask.blank(start, at)
  }

  function scanNamed(name: string): void {
    const start = at
    const nameEnd = at + 1 + name.length
    const rank = headingRank(name)
    if (name === 'begin' || name === 'end') return scanEnvironment(name)
    if (rank !== undefined) return openHeading(name, rank)
    if (scanSpecialCommand(name, nameEnd) || scanMacro(name, nameEnd)) return
    const symbol = TEXT_COMMANDS.get(name) ?? greekLetter(name) ?? SIGNS.get(name)
    if (symbol !== undefined) {
      at = source.startsWith('{}', nameEnd) ? nameEnd + 2 : read.skipBlanks(nameEnd)
      if (symbol === ' ') sink.mask.blank(start, nameEnd)
      else sink.mask.replace(start, nameEnd, symbol)
      return
    }
    const rule = ruleFor(name)
    at = rule.vanishes || rule.skip > 0 ? skipArguments(nameEnd, rule.skip) : read.skipMacroArguments(nameEnd)
    if (rule.vanishes) sink.mask.drop()
  }

  /** Commands with a meaning of their own. Returns whether `name` is one. */
  function scanSpecialCommand(name: string, nameEnd: number): boolean {
    const opens = sinkOf(name)
    if (opens) return openSink(nameEnd, opens, name === 'captionof' ? 1 : 0)
    if (isDefinition(name)) {
      at = read.definition(name, nameEnd).end
      return true
    }
    switch (name) {
      case 'item':
        return scanItem(nameEnd)
      case 'par':
        endParagraph()
        at = nameEnd
        return true
      case 'appendix':
        isAppendix = true
        at = nameEnd
        return true
      case 'verb':
      case 'lstinline':
        at = read.verbEnd(nameEnd)
        sink.mask.drop()
        return true
      case 'iffalse':
        at = read.findAfter('\\fi', nameEnd) ?? nameEnd
        return true
      case 'ensuremath':
        return scanEnsureMath(nameEnd)
      default:
        return isInclusion(name) && scanInclusion(nameEnd)
    }
  }

  /** A macro of the author's that stands for prose. Returns whether `name` is one. */
  function scanMacro(name: string, nameEnd: number): boolean {
    const macro = macros.get(name)
    if (!macro) return false
    const hasBraces = source.startsWith('{}', nameEnd)
    const next = macro.isSpaced ? /[^\s]/.exec(source.slice(nameEnd, nameEnd + 20))?.[0] : undefined
    const isSpaced = next !== undefined && /[\p{L}\d($\\`[]/u.test(next)
    const text = isSpaced ? macro.text.replace(/ ?$/, ' ') : macro.text
    if (text === ' ') sink.mask.blank(at, nameEnd)
    else sink.mask.replace(at, nameEnd, text)
    at = hasBraces ? nameEnd + 2 : read.skipBlanks(nameEnd)
    return true
  }

  function skipArguments(from: number, groups: number): number {
    const skipped = read.skipArguments(from, groups)
    if (skipped.unclosed !== undefined) {
      report(
        'latex-unclosed-group',
        { start: skipped.unclosed, end: skipped.unclosed + 1 },
        'This brace is not closed in its paragraph. Close it with }.',
      )
    }
    return skipped.end
  }

  function scanItem(nameEnd: number): boolean {
    endParagraph()
    at = read.skipBlanks(nameEnd)
    const label = read.match(/\[(?:[^[\]\n{}]|\{[^{}\n]*\}|\[[^[\]\n]*\])*\]/y, at)
    if (label) {
      at++
      scanTo(label.end - 1)
      sink.mask.blank(at, ++at)
    }
    return true
  }

  function scanInclusion(nameEnd: number): boolean {
    const start = at
    const { path, end } = read.inclusion(nameEnd)
    at = end
    if (path === '' || inPreamble) return true
    endParagraph()
    inclusions.push({ path, span: { start, end: at } })
    return true
  }

  // ---- sinks

  function newSink(): Sink {
    const within = frames.findLast(
      (f) => f.environmentKind === 'list' || f.environmentKind === 'quote',
    )?.environmentKind
    const kind = within === 'list' || within === 'quote' ? within : 'paragraph'
    const sectionKind = frames.findLast((f) => f.sectionKind)?.sectionKind
    return { mask: createMask(source), kind, ...(sectionKind && { sectionKind }) }
  }

  function flush(finished: Sink): void {
    if (inPreamble && finished.kind !== 'title' && finished.sectionKind !== 'abstract') return
    const prose = finished.mask.finish()
    const { kind, rank, sectionKind } = finished
    if (prose.text !== '')
      blocks.push({
        ...prose,
        kind,
        ...(rank !== undefined && { rank }),
        ...(sectionKind && { sectionKind }),
      })
  }

  /** Ends the paragraph, or the broken heading, that is being collected. A table cell goes on. */
  function endParagraph(): void {
    if (sink.cells) return sink.mask.blank(at, Math.min(at + 1, source.length))
    flush(sink)
    if (sink.kind === 'heading' || sink.kind === 'title') closeToSink()
    else if (frames.some((f) => f.outer)) sink = { ...sink, mask: createMask(source) }
    else sink = newSink()
  }

  /** A heading that a blank line ends: its brace was never closed. */
  function closeToSink(): void {
    for (let frame = frames.pop(); frame; frame = frames.pop()) {
      reportUnclosed(frame)
      if (!frame.outer) continue
      sink = frame.outer
      return
    }
    sink = newSink()
  }

  function openSink(nameEnd: number, what: Omit<Sink, 'mask'>, skip = 0): boolean {
    const start = skipArguments(source[nameEnd] === '*' ? nameEnd + 1 : nameEnd, skip)
    const brace = read.match(/\s*(?:\[(?:[^[\]{}]|\{[^{}]*\})*\]\s*)*\{/y, start)
    if (!brace || /\n[ \t]*\n/.test(brace.text)) return false
    if (what.kind !== 'footnote' && !sink.cells) {
      leaveAsides()
      endParagraph()
    }
    pushFrame({ at: brace.end - 1, outer: sink }, brace.end)
    sink = { mask: createMask(source), ...what }
    return true
  }

  /** A new heading or caption inside an unclosed note or caption: close that first. */
  function leaveAsides(): void {
    if (
      sink.kind !== 'footnote' &&
      sink.kind !== 'caption' &&
      sink.kind !== 'heading' &&
      sink.kind !== 'title'
    )
      return
    flush(sink)
    closeToSink()
  }

  function openHeading(name: string, rank: number): void {
    const nameEnd = at + 1 + name.length
    const sectionKind: { sectionKind?: SectionKind } =
      isAppendix && rank <= 1 ? { sectionKind: 'supplement' } : {}
    if (!openSink(nameEnd, { kind: 'heading', rank, ...sectionKind })) at = nameEnd
  }

  function pushFrame(frame: Frame, next: number): void {
    if (frames.length < MAX_FRAMES) frames.push(frame)
    at = next
  }

  function closeBrace(): void {
    const top = frames.at(-1)
    if (!top || top.environment !== undefined) {
      report(
        'latex-unmatched-brace',
        { start: at, end: at + 1 },
        'This } closes nothing that is open here. Remove it, or open it with {.',
      )
    } else {
      frames.pop()
      closeFrame(top)
    }
    at++
  }

  function closeFrame(frame: Frame): void {
    if (!frame.outer) return
    if (sink.cells) endRow()
    else flush(sink)
    sink = frame.outer
  }

  // ---- environments

  function scanEnvironment(command: 'begin' | 'end'): void {
    const match = read.match(/\\(?:begin|end)[ \t]*\{([^{}\n\\]{0,60})\}/y, at)
    if (!match) {
      at += command.length + 1
      return
    }
    const name = (match.groups[0] ?? '').trim()
    if (command === 'begin') beginEnvironment(name, match.end)
    else endEnvironment(name, match.end)
  }

  function beginEnvironment(name: string, next: number): void {
    const kind = environmentKind(name)
    if (kind === 'document') {
      endParagraph()
      frames.length = 0
      inPreamble = false
      sink = newSink()
      at = next
      return
    }
    if (kind === 'hidden' || kind === 'math') return skipEnvironment(name, kind, next)
    if (!sink.cells) endParagraph()
    const options = read.match(/(?:\[[^\]]*\])+/y, next)?.end ?? next
    const start = takesArguments(name) ? read.skipArguments(options, 3).end : options
    const sectionKind = sectionKindOf(name.replace(/\*$/, ''))
    const frame: Frame = { at, environment: name, environmentKind: kind, ...(sectionKind && { sectionKind }) }
    if (kind === 'table') {
      pushFrame({ ...frame, outer: sink }, start)
      sink = { mask: createMask(source), kind: 'table', cells: [] }
    } else {
      pushFrame(frame, start)
      if (!sink.cells && !frames.some((f) => f.outer)) sink = newSink()
    }
  }

  function skipEnvironment(name: string, kind: 'hidden' | 'math', next: number): void {
    const end = read.findAfter(`\\end{${name}}`, next)
    if (end === undefined) reportUnclosed({ at, environment: name })
    if (kind === 'hidden') endParagraph()
    else sink.mask.drop()
    at = end ?? read.paragraphEnd(next)
  }

  function endEnvironment(name: string, next: number): void {
    if (environmentKind(name) === 'document') {
      endParagraph()
      at = source.length
      return
    }
    const open = frames.findLastIndex((f) => f.environment === name)
    if (open < 0) {
      if (!inPreamble)
        report(
          'latex-unmatched-end',
          { start: at, end: next },
          `\\end{${name}} ends nothing that is open here. Remove it, or begin it with \\begin{${name}}.`,
        )
      at = next
      return
    }
    while (frames.length > open + 1) {
      const frame = frames.pop()
      if (!frame) break
      reportUnclosed(frame)
      closeFrame(frame)
    }
    if (!sink.cells) endParagraph()
    const frame = frames.pop()
    if (frame) closeFrame(frame)
    if (!sink.cells && !frames.some((f) => f.outer)) sink = newSink()
    at = next
  }

  // ---- tables

  function endCell(): void {
    sink = { ...sink, mask: createMask(source), cells: [...(sink.cells ?? []), sink.mask.finish()] }
    at++
  }

  function endRow(): void {
    const row = rowBlock([...(sink.cells ?? []), sink.mask.finish()])
    if (row && !inPreamble) blocks.push(row)
    sink = { ...sink, mask: createMask(source), cells: [] }
  }

  // ---- problems

  function report(code: string, span: Span, message: string): void {
    if (!inPreamble && problems.length < MAX_PROBLEMS)
      problems.push({ code, severity: 'warning', message, span })
  }

  function reportUnclosed(frame: Frame): void {
    const { environment } = frame
    const length = environment === undefined ? 1 : `\\begin{${environment}}`.length
    const span = { start: frame.at, end: Math.min(frame.at + length, source.length) }
    if (environment === undefined)
      report('latex-unclosed-group', span, 'This brace is never closed. Close it with }.')
    else
      report(
        'latex-unclosed-environment',
        span,
        `The environment ${environment} is never closed. Close it with \\end{${environment}}.`,
      )
  }
}
