import fc from 'fast-check'
import type { Edit } from '../../src/server/editMapping.ts'

/** An edit as it is drawn: places are shares of the text, so that it fits whatever the text has become. */
export type DrawnEdit =
  | { readonly kind: 'type'; readonly at: number; readonly text: string }
  | { readonly kind: 'delete'; readonly at: number; readonly length: number }
  | { readonly kind: 'paste'; readonly at: number; readonly from: number; readonly length: number }
  | { readonly kind: 'undo' }

const WORDS = ['a', ' ', '. ', 'cold', 'Asthma', ' (HF) ', 'heart failure', 'TNF-α', 's', '-']
const BREAKS = ['\n', '\n\n', '\r\n', '\t', '\u00a0', '']
const CHARACTERS = ['🧬', 'e\u0301', '\u0301', '漢', '\ud83d', '\0', '\uFEFF', 'ß', '𝛼']
const MARKDOWN = [
  '*',
  '**',
  '`',
  '```\n',
  '$',
  '$$',
  '# ',
  '- ',
  '> ',
  '|',
  '[@x]',
  '[^1]',
  '](u)',
  '<!--',
  '-->',
]
const LATEX = [
  '\\textit{',
  '}',
  '{',
  '$',
  '%',
  '\\cite{x}',
  '\\section{',
  '\\begin{table}',
  '\\end{table}',
  '\\\\',
  '~',
]

/** As likely in the middle as at the ends, where fast-check would look first. */
const place = fc.noBias(fc.integer({ min: 0, max: 1e6 })).map((millionths) => millionths / 1e6)

/**
 * Edits of authors and of accidents: letters and words, markup that closes and that does not, characters beyond the basic
 * plane and halves of them, deletions of a letter and of pages, moved paragraphs, and taking back what was done.
 */
export function drawEdits(format: 'markdown' | 'latex', seed: number, n: number): readonly DrawnEdit[] {
  const markup = format === 'markdown' ? MARKDOWN : LATEX
  const typed = fc.oneof(
    { arbitrary: fc.constantFrom(...WORDS), weight: 4 },
    { arbitrary: fc.constantFrom(...markup), weight: 3 },
    { arbitrary: fc.constantFrom(...BREAKS, ...CHARACTERS), weight: 2 },
  )
  const length = fc.oneof(
    { arbitrary: fc.integer({ min: 1, max: 12 }), weight: 9 },
    { arbitrary: fc.integer({ min: 200, max: 2000 }), weight: 1 },
  )
  const edit = fc.oneof(
    { arbitrary: fc.record({ kind: fc.constant('type' as const), at: place, text: typed }), weight: 6 },
    { arbitrary: fc.record({ kind: fc.constant('delete' as const), at: place, length }), weight: 3 },
    {
      arbitrary: fc.record({ kind: fc.constant('paste' as const), at: place, from: place, length }),
      weight: 1,
    },
    { arbitrary: fc.constant({ kind: 'undo' as const }), weight: 4 },
  )
  return fc.sample(edit, { seed, numRuns: n })
}

/** A text that is edited; what was done last can be taken back, back to the beginning. */
export function editedText(original: string) {
  const before: string[] = []
  let text = original
  return {
    get text() {
      return text
    },
    /** Does an edit and tells what of the text it replaced. */
    apply(drawn: DrawnEdit): Edit {
      if (drawn.kind === 'undo') {
        const from = text
        text = before.pop() ?? text
        return between(from, text)
      }
      const edit = placed(drawn, text)
      before.push(text)
      text = text.slice(0, edit.start) + edit.text + text.slice(edit.end)
      return edit
    },
  }
}

function placed(drawn: Exclude<DrawnEdit, { kind: 'undo' }>, text: string): Edit {
  const offset = (share: number): number => Math.floor(share * text.length)
  const start = offset(drawn.at)
  if (drawn.kind === 'type') return { start, end: start, text: drawn.text }
  if (drawn.kind === 'delete') return { start, end: Math.min(text.length, start + drawn.length), text: '' }
  const from = offset(drawn.from)
  return { start, end: start, text: text.slice(from, from + drawn.length) }
}

/** The shortest edit that makes one text of another. */
function between(from: string, to: string): Edit {
  const most = Math.min(from.length, to.length)
  let start = 0
  while (start < most && from[start] === to[start]) start++
  let tail = 0
  while (tail < most - start && from.at(-1 - tail) === to.at(-1 - tail)) tail++
  return { start, end: from.length - tail, text: to.slice(start, to.length - tail) }
}
