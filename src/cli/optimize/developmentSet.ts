import type { KnowledgeBase, Span } from '../../core/index.ts'
import { annotatedGroups, conventionOf, type Corpus, type GoldMention } from '../../evaluation/index.ts'

/** A span in code points, as Python counts. */
type CodePoints = readonly [start: number, end: number]

/** What the search for the best quantisation reads of a corpus; `development.py` of the recipe has the same shape. */
export interface DevelopmentDocument {
  readonly id: string
  readonly convention: 'concepts' | 'entities'
  readonly groups: readonly string[]
  readonly passages: readonly {
    readonly text: string
    readonly sentences: readonly CodePoints[]
    readonly mentions: readonly {
      readonly start: number
      readonly end: number
      readonly type: string
      readonly groups: readonly string[]
      /** As the corpus has them. */
      readonly ids: readonly string[]
      /** Ids of the concepts that these name in the knowledge base; any of them is right. */
      readonly gold: readonly string[]
    }[]
  }[]
}

/** The documents of a corpus, read by the product's own rules, with their gold ids resolved. */
export function developmentDocuments(corpus: Corpus, knowledgeBase: KnowledgeBase): DevelopmentDocument[] {
  const convention = conventionOf(corpus)
  const groups = [...annotatedGroups(corpus, knowledgeBase)].sort()
  return corpus.documents.map(({ id, manuscript, mentions }) => ({
    id,
    convention,
    groups,
    passages: manuscript.passages.map(({ text, sentences }, i) => {
      const inCodePoints = codePointsOf(text)
      return {
        text,
        sentences: sentences.map(inCodePoints),
        mentions: (mentions[i] ?? []).map((mention) => {
          const [start, end] = inCodePoints(mention.span)
          const { type, groups: own, ids } = mention
          return { start, end, type, groups: own, ids, gold: goldIds(mention, knowledgeBase) }
        }),
      }
    }),
  }))
}

function goldIds({ ids }: GoldMention, knowledgeBase: KnowledgeBase): string[] {
  const refs = new Set(ids.flatMap((id) => knowledgeBase.resolve(id)))
  return [...refs].map((ref) => knowledgeBase.concept(ref).id)
}

/** Makes UTF-16 spans of a text those of code points. */
function codePointsOf(text: string): (span: Span) => CodePoints {
  // Most texts have no astral character, and then both are the same.
  if (!/[\u{10000}-\u{10ffff}]/u.test(text)) return ({ start, end }) => [start, end]
  const count = (end: number) => Array.from(text.slice(0, end)).length
  return ({ start, end }) => [count(start), count(end)]
}
