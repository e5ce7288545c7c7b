import { CancellationTokenSource } from 'vscode'
import type { ConceptItem } from '../protocol/index.ts'
import type { Host } from './host.ts'
import { createTypingSearch, type TypingSearch } from './typingSearch.ts'

const LIMIT = 40

export interface ConceptSearchParts {
  /** The document whose knowledge base is searched. */
  readonly uri?: string
  /** Takes what was found for a text, unless somebody has typed on. */
  readonly show: (items: readonly ConceptItem[], text: string) => void
  readonly busy: (isBusy: boolean) => void
}

/** Searches the knowledge base while a person types. */
export function createConceptSearch(host: Host, { uri, show, busy }: ConceptSearchParts): TypingSearch {
  const of = uri === undefined ? {} : { uri }
  return createTypingSearch<{ readonly items: readonly ConceptItem[]; readonly text: string }>({
    search: async (text, token) => ({
      items: await host.request('conceptLens/search', { text, limit: LIMIT, ...of }, token),
      text,
    }),
    show: ({ items, text }) => show(items, text),
    busy,
    createTokenSource: () => new CancellationTokenSource(),
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs)
      return () => clearTimeout(timer)
    },
  })
}
