import type { LetterQuestion, Mention, Prompt, RankedCandidate } from '../../../core/index.ts'

/** What a question shows of a mention. */
export type MarkedMention = Pick<Mention, 'span' | 'text' | 'expansion'>

/** A mention with the concepts among which it is to be decided. */
export interface MentionToDecide {
  readonly mention: MarkedMention
  /** Best first; only the first {@link MOST_OPTIONS} are shown. */
  readonly candidates: readonly RankedCandidate[]
}

/** Concepts of a question. With "None of the above" there is one letter more. */
export const MOST_OPTIONS = 10

export const NONE = 'None of the above'

/** Letters on each side of a mention that are shown again with it. */
const NEAR = 60

const LETTERS = 'ABCDEFGHIJK'

/**
 * The question of which candidate a mention means, in the form of BeLink (Shlyk, Montanelli, Hunter: BeLink: Biomedical Entity
 * Linking Meets Generative Re-Ranking, SIGIR 2026, arXiv:2605.22501): context, marked mention, lettered options
 * `name (preferred name)`, and "None of the above" as the last one. It begins as {@link asked} has it.
 *
 * @param order which candidate stands where: `[2, 0, 1]` shows the third one as A
 */
export function questionOf(text: string, one: MentionToDecide, order: readonly number[]): LetterQuestion {
  const lines = optionLines(one.candidates.slice(0, MOST_OPTIONS))
  const shown = [...order.map((index) => lines[index] ?? ''), NONE]
  const lettered = shown.map((line, i) => `${LETTERS.charAt(i)}. ${line}`)
  const end = ['', 'Answer with the letter of the best option, and nothing else.', 'Answer:']
  const prompt = asked(text, one.mention, ['Options:', ...lettered, ...end])
  return { ...prompt, letters: [...LETTERS.slice(0, shown.length)] }
}

/**
 * What a model is asked about a mention. The text stands before everything that depends on the mention, so that all questions about a
 * passage begin alike and a model reads it once; the mention is marked in a copy of the words around it.
 * @param wanted the lines that stand after the mention
 */
export function asked(text: string, mention: MarkedMention, wanted: readonly string[]): Required<Prompt> {
  const { expansion, span } = mention
  const beginning = 'Decide which concept a marked mention in a biomedical text means.\n\nText: '
  const prompt = [
    `${beginning}${oneLine(text)}`,
    '',
    `Mention: ${marked(text, mention)}${expansion === undefined ? '' : ` (short for ${oneLine(expansion)})`}`,
    ...wanted,
  ].join('\n')
  const context = {
    start: beginning.length,
    end: beginning.length + oneLine(text).length,
    around: beginning.length + oneLine(text.slice(0, span.start), 'end').length,
  }
  return { prompt, context }
}

/** `name (preferred name)`, the preferred one only where it is another; concepts that would read alike have their id besides. */
function optionLines(candidates: readonly RankedCandidate[]): readonly string[] {
  const lines = candidates.map(({ matchedName, preferredName }) => {
    const isSame = matchedName.toLowerCase() === preferredName.toLowerCase()
    return oneLine(isSame ? preferredName : `${matchedName} (${preferredName})`)
  })
  return lines.map((line, i) =>
    lines.some((other, j) => j !== i && other === line) ? `${line}, ${candidates[i]?.id ?? ''}` : line,
  )
}

/** The mention between two stars, with words around it. */
function marked(text: string, { span, text: surface }: MarkedMention): string {
  const before = text.slice(0, span.start)
  const after = text.slice(span.end)
  const left = before.length > NEAR ? `…${before.slice(-NEAR).replace(/^\S*\s/, '')}` : before
  const right = after.length > NEAR ? `${after.slice(0, NEAR).replace(/\s\S*$/, '')}…` : after
  return `${oneLine(left, 'end')}**${oneLine(surface)}**${oneLine(right, 'start')}`
}

/** A text without line breaks; blanks stay at the end where it goes on. */
function oneLine(text: string, goesOnAt?: 'start' | 'end'): string {
  const line = text.replace(/\s+/g, ' ')
  if (goesOnAt === 'end') return line.trimStart()
  return goesOnAt === 'start' ? line.trimEnd() : line.trim()
}
