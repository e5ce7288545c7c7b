import { toSource } from '../../src/document/index.ts'
import type { Manuscript, Passage } from '../../src/core/index.ts'

/** A manuscript as text that a person can check: one passage after another, then the problems. */
export function listManuscript(manuscript: Manuscript): string {
  const passages = manuscript.passages.map((p) => listPassage(p, manuscript.file))
  const problems = manuscript.problems.map(
    (p) =>
      `! ${p.code} ${p.span?.start ?? '?'}–${p.span?.end ?? '?'}${p.file !== undefined && p.file !== manuscript.file ? ` in ${p.file}` : ''}`,
  )
  return [...passages, ...problems, ''].join('\n')
}

/** `kind section/title`, and the text with `¦` where one sentence ends and the next begins. */
function listPassage(passage: Passage, file: string): string {
  const { kind, section, text, sentences } = passage
  const where = passage.file === file ? '' : ` ‹${passage.file}›`
  const title = section.title === '' ? '' : ` “${section.title}”`
  const pieces = sentences.map((s) => text.slice(s.start, s.end))
  return `[${kind}] ${section.kind}${title}${where}\n  ${pieces.join(' ¦ ')}`
}

/** Every invariant of a passage against its source; the message of the first that fails, or `undefined`. */
export function findFault(passage: Passage, source: string): string | undefined {
  let prose = 0
  let at = 0
  for (const s of passage.segments) {
    if (s.prose.start !== prose) return `prose gap before ${s.prose.start}`
    if (s.prose.end <= s.prose.start) return `empty prose at ${s.prose.start}`
    if (s.source.start < at || s.source.end <= s.source.start || s.source.end > source.length) {
      return `source ${s.source.start}–${s.source.end} out of order`
    }
    const text = passage.text.slice(s.prose.start, s.prose.end)
    const raw = source.slice(s.source.start, s.source.end)
    if (!s.isWhole && text.length === raw.length && text.length > 1 && !sameButBlanks(text, raw))
      return `“${text}” is not “${raw}”`
    prose = s.prose.end
    at = s.source.end
  }
  if (prose !== passage.text.length) return `segments cover ${prose} of ${passage.text.length}`
  if (passage.source.start !== passage.segments[0]?.source.start || passage.source.end !== at)
    return 'source hull'
  if (/^\s|\s$|\s\s|[^\S ]/.test(passage.text) || passage.text === '')
    return `blanks in “${passage.text.slice(0, 80)}”`
  if (/\p{Cs}/u.test(passage.text)) return 'lone surrogate'
  return findSentenceFault(passage)
}

function findSentenceFault({ sentences, text }: Passage): string | undefined {
  let end = 0
  for (const s of sentences) {
    if (s.start < end || s.end <= s.start || s.end > text.length) return `sentence ${s.start}–${s.end}`
    if (text.slice(end, s.start).trim() !== '' && text.slice(end, s.start) !== ' | ')
      return `text between sentences at ${end}`
    end = s.end
  }
  return end === text.length ? undefined : 'last sentence'
}

/** Whether the two differ in kinds of blank only. */
function sameButBlanks(text: string, raw: string): boolean {
  return text === raw.replace(/[\s\p{Cc}]/gu, ' ')
}

/** The source text that a stretch of prose stands for. */
export function sourceText(passage: Passage, source: string, find: string): string {
  const start = passage.text.indexOf(find)
  const span = toSource(passage, { start, end: start + find.length })
  return source.slice(span.start, span.end)
}
