import type { ConceptRef, KnowledgeBase } from '../core/index.ts'
import type { GoldMention } from './corpora.ts'

/** What a gold mention's ids mean in one knowledge base. */
export interface GoldConcepts {
  /** Any of these is right: every part of a composite, every concept that claims an id. Empty when none is known. */
  readonly refs: ReadonlySet<ConceptRef>
  /** One id is claimed by several concepts. */
  readonly isAmbiguous: boolean
  /** A concept that is right stands for several ids of the gold id's vocabulary, so a finer distinction is lost. */
  readonly isMerged: boolean
}

/** Resolves gold ids through ids, cross-references, alternative and retired ids; remembers what it found. */
export function goldResolver(knowledgeBase: KnowledgeBase): (mention: GoldMention) => GoldConcepts {
  const known = new Map<string, GoldConcepts>()
  return ({ ids }) => {
    const key = ids.join('|')
    const concepts = known.get(key) ?? resolveAll(ids, knowledgeBase)
    known.set(key, concepts)
    return concepts
  }
}

function resolveAll(ids: readonly string[], knowledgeBase: KnowledgeBase): GoldConcepts {
  const found = ids.map((id) => ({ id, refs: knowledgeBase.resolve(id) }))
  return {
    refs: new Set(found.flatMap(({ refs }) => refs)),
    isAmbiguous: found.some(({ refs }) => refs.length > 1),
    isMerged: found.some(({ id, refs }) => refs.some((ref) => nIdsOfVocabulary(ref, id, knowledgeBase) > 1)),
  }
}

function nIdsOfVocabulary(ref: ConceptRef, id: string, knowledgeBase: KnowledgeBase): number {
  const prefix = id.slice(0, id.indexOf(':') + 1)
  if (prefix === '') return 1
  const concept = knowledgeBase.concept(ref)
  return new Set([concept.id, ...concept.xrefs].filter((one) => one.startsWith(prefix))).size
}
