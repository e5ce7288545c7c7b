import { jsonrepair } from 'jsonrepair'
import { withoutThoughts } from '../../../core/index.ts'

/** A mention as a language model lists it. */
export interface ListedMention {
  readonly text: string
  readonly type: string
}

/** An answer as far as it can be read. */
export interface ReadAnswer {
  readonly mentions: readonly ListedMention[]
  /** `repaired`: it was no JSON as it stood. `unreadable`: nothing could be made of it. */
  readonly form: 'json' | 'repaired' | 'unreadable'
  /** Items of the list that are not a text with a type. */
  readonly nMalformed: number
}

const UNREADABLE: ReadAnswer = { mentions: [], form: 'unreadable', nMalformed: 0 }

/**
 * Reads the list in an answer. What stands before it (a sentence, a code fence, thoughts) is passed over; JSON that broke off or
 * has the usual slips is repaired. A list may also be the one value of an object.
 */
export function readAnswer(answer: string): ReadAnswer {
  const said = withoutThoughts(answer)
  const begin = said.search(/[[{]/)
  if (begin < 0) return UNREADABLE
  const end = Math.max(said.lastIndexOf(']'), said.lastIndexOf('}'))
  const exact = parsed(said.slice(begin, end + 1))
  const items = exact ?? parsed(said.slice(begin), jsonrepair)
  if (!items) return UNREADABLE
  const mentions = items.flatMap(mentionIn)
  return { mentions, form: exact ? 'json' : 'repaired', nMalformed: items.length - mentions.length }
}

function parsed(text: string, repair = (json: string): string => json): readonly unknown[] | undefined {
  try {
    return listIn(JSON.parse(repair(text)))
  } catch {
    return undefined
  }
}

function listIn(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value as unknown[]
  if (typeof value !== 'object' || value === null) return undefined
  const lists = Object.values(value).filter((inner): inner is unknown[] => Array.isArray(inner))
  return lists.length === 1 ? lists[0] : undefined
}

function mentionIn(item: unknown): readonly ListedMention[] {
  if (typeof item !== 'object' || item === null || !('text' in item) || !('type' in item)) return []
  const { text, type } = item
  return typeof text === 'string' && typeof type === 'string' && text.trim() !== ''
    ? [{ text: text.trim(), type: type.trim() }]
    : []
}
