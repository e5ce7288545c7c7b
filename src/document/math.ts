import type { Span } from '../core/index.ts'
import { GREEK, SIGNS } from './characters.ts'
import type { Mask } from './mask.ts'

// Commands that only dress what stands in their braces.
const DRESS =
  /^\\(?:mathrm|text|textrm|textit|textbf|mathit|mathbf|mathsf|boldsymbol|bm|rm|mbox|ensuremath|operatorname)(?![A-Za-z])/
const SPACING = /^(?:\\[,;:! >]|\\q?quad(?![A-Za-z])|~)/

interface Step {
  readonly span: Span
  readonly kind: 'keep' | 'replace' | 'blank' | 'skip'
  readonly text?: string
}

/**
 * Writes inline math that is prose in disguise into the mask: Greek letters (`TNF-$\alpha$`), digits, signs (`$\pm 2$`),
 * upright text (`$\mathrm{Ca}^{2+}$`) and indices on the word before (`H$_2$O`, `IC$_{50}$`).
 * Math with variables or any other command is formulae, and leaves the mask as it was.
 *
 * @param content the source between the delimiters.
 * @returns whether anything was written.
 */
export function writeInlineMath(source: string, content: Span, mask: Mask): boolean {
  const steps = readSteps(source.slice(content.start, content.end), content.start)
  if (!steps) return false
  for (const { span, kind, text } of steps) {
    if (kind === 'keep') mask.keep(span.start, span.end)
    else if (kind === 'replace') mask.replace(span.start, span.end, text ?? '')
    else if (kind === 'blank') mask.blank(span.start, span.end)
  }
  return true
}

/** The steps to write, or `undefined` for a formula. */
function readSteps(math: string, offset: number): readonly Step[] | undefined {
  if (math.length > 80 || math.trim() === '') return undefined
  const steps: Step[] = []
  const isIndex = /^\s*(?:\{\})?\s*[_^]/.test(math)
  const upright: boolean[] = []
  let dressed = false
  for (let i = 0; i < math.length;) {
    const rest = math.slice(i)
    const step = readStep(rest, isIndex || upright.includes(true))
    if (!step) return undefined
    if (rest.startsWith('{')) {
      upright.push(dressed)
    } else if (rest.startsWith('}') && upright.pop() === undefined) return undefined
    if (step.kind !== 'blank') dressed = step.dresses === true
    const span = { start: offset + i, end: offset + i + step.length }
    steps.push(
      step.text === undefined ? { span, kind: step.kind } : { span, kind: step.kind, text: step.text },
    )
    i += step.length
  }
  return upright.length === 0 ? steps : undefined
}

interface Read {
  readonly kind: Step['kind']
  readonly length: number
  readonly text?: string
  readonly dresses?: boolean
}

function readStep(rest: string, lettersAreText: boolean): Read | undefined {
  const dress = DRESS.exec(rest)
  if (dress) return { kind: 'skip', length: dress[0].length, dresses: true }
  const spacing = SPACING.exec(rest)
  if (spacing) return { kind: 'blank', length: spacing[0].length }
  const command = /^\\([A-Za-z]+)/.exec(rest)
  if (command) {
    const greek = GREEK.get(command[1] ?? '')
    const text = greek ?? SIGNS.get(command[1] ?? '')
    const length = command[0].length + (greek !== undefined && rest[command[0].length] === ' ' ? 1 : 0)
    return text === undefined ? undefined : { kind: 'replace', length, text }
  }
  if (/^\\[%#&_{}]/.test(rest)) return { kind: 'replace', length: 2, text: rest.slice(1, 2) }
  if (/^[{}_^]/.test(rest)) return { kind: 'skip', length: 1 }
  if (/^\s/.test(rest)) return { kind: 'blank', length: 1 }
  const plain = (
    lettersAreText
      ? /^[\p{L}\p{M}\d.,;:+\-−–±×<>≤≥=~%()[\]/'′*°·|!?]+/u
      : /^[\p{Script=Greek}\d.,+\-−–±×<>≤≥=~%()/'′*°·]+/u
  ).exec(rest)
  return plain ? { kind: 'keep', length: plain[0].length } : undefined
}
