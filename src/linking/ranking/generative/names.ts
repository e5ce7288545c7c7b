import { withoutThoughts, type Prompt, type WrittenText } from '../../../core/index.ts'
import { fold } from '../../../knowledge/index.ts'
import { asked, type MarkedMention } from './prompt.ts'

/** Names are short: of a name of a dozen words some 20 tokens are needed. */
const TOKENS_A_NAME = 20

/** How many tokens so many names may take, with some words around them. */
export const tokensFor = (nNames: number): number => TOKENS_A_NAME * (nNames + 1)

/**
 * Asks for other names of a marked mention, which are then looked up: generative relevance feedback (Mackie, Chatterjee, Dalton:
 * Generative relevance feedback with large language models, SIGIR 2023), with names instead of texts, as names are what is searched.
 * It begins as the question for a letter does.
 */
export function namesPrompt(text: string, mention: MarkedMention, nNames: number): Prompt {
  const wanted = nNames === 1 ? 'one other name' : `${nNames} other names`
  return asked(text, mention, [
    `Write ${wanted} of the concept that the mention means, as medical vocabularies have them: its preferred term, synonyms, the long form of an abbreviation. One name a line, and nothing else.`,
    'Names:',
  ])
}

/** How names are read. */
export interface NamesToRead {
  /** Whatever equals it, or its long form, is no other name. */
  readonly mention: Pick<MarkedMention, 'text' | 'expansion'>
  /** How many names at most. */
  readonly most: number
}

/**
 * The names in what a model wrote, in its order, each once: without numbers, bullets, quotation marks, headings and explanations, and
 * without what is too long for a name.
 */
export function readNames(
  { text, isCut }: Pick<WrittenText, 'text' | 'isCut'>,
  { mention, most }: NamesToRead,
): readonly string[] {
  const known = new Set([mention.text, mention.expansion ?? ''].map(fold))
  const names: string[] = []
  const read = text.slice(0, MOST_READ)
  for (const line of linesOf(withoutThoughts(read), isCut || read !== text)) {
    const name = nameIn(line)
    const folded = fold(name)
    if (folded === '' || known.has(folded) || isNoName(name)) continue
    known.add(folded)
    names.push(name)
    if (names.length >= most) break
  }
  return names
}

/** Of an answer without end the beginning is enough, in UTF-16 units: no server is bound to keep to a number of tokens. */
const MOST_READ = 10_000

/** The lines; of a single line its parts, as some models write lists in one. A last line that may be half a name is left out. */
function linesOf(text: string, isCut: boolean): readonly string[] {
  const all = text.split(/\r\n?|\n/)
  const lines = all.filter((line, i) => line.trim() !== '' && !(isCut && i > 0 && i === all.length - 1))
  const [only = ''] = lines
  if (lines.length > 1) return lines
  // One comma may be a name's own: "Diabetes Mellitus, Type 2".
  const separator = only.includes(';') ? ';' : only.split(', ').length > 2 ? ', ' : undefined
  return separator === undefined ? lines : only.split(separator)
}

/** `1.`, `(2)`, `3)`, `a)`, `-`, `•`, `#`, but not the beginning of `1,2-dichloroethane` or `-SH`. */
const BULLET = /^(?:\(?(?:\d{1,2}|[a-z])[.)]\s+|[-–—*•·▪+#>]+\s+)/i
/** What a name is said to be before it comes. */
const LABEL =
  /^(?:(?:preferred|official|full|other|alternative|common|scientific|generic|brand|long|expanded|standard|medical)\s+)*(?:names?|terms?|forms?|synonyms?|abbreviations?|acronyms?|mention|concept|answer|(?:also )?known as|a\.k\.a\.)\s*\d*\s*:\s*/i
/** What is said of a name after it. */
const EXPLANATION = /\s+(?:[-–—]|=|→|\/\/)\s.*$|:\s.*$/
/** In parentheses at the end: what kind of name this is, or several words on it. */
const REMARK =
  /\s*\((?:[^()]*\b(?:abbreviations?|acronyms?|synonyms?|preferred|terms?|names?|forms?|plural|singular)\b[^()]*|(?:[^\s()]+\s+){3,}[^\s()]+)\)$/i
const MARKS = '"\'`´“”„‘’«»‹›*_'
const QUOTED = new RegExp(`^[${MARKS}]+|[${MARKS}]+$`, 'g')

/** The name in a line. */
function nameIn(line: string): string {
  const bare = (text: string): string => text.trim().replace(QUOTED, '').trim()
  const named = bare(bare(line).replace(BULLET, '')).replace(LABEL, '')
  const alone = named.replace(EXPLANATION, '').replace(/[\s.,;:!]+$/, '')
  return bare(bare(alone).replace(REMARK, '')).replace(/\s+/g, ' ')
}

const MOST_CHARS = 120
const MOST_WORDS = 14
/** What models say instead of a name. */
const NOTHING =
  /^(?:none|n\/?a|null|unknown|same|no (?:other|more|further|additional|known) .*|none of the above|not applicable)$/i
/** Sentences about names, as they stand around lists. */
const SENTENCE =
  /^(?:here (?:are|is)|sure|certainly|okay|note|the (?:mention|text|concept|marked)|these|this|i )\b|\b(?:refers? to|stands for|is an?|is the|are the|means)\b/i

const isNoName = (name: string): boolean =>
  name.length > MOST_CHARS || name.split(' ').length > MOST_WORDS || NOTHING.test(name) || SENTENCE.test(name)
