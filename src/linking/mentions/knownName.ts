import type { KnowledgeBase } from '../../core/index.ts'
import { fold } from '../../knowledge/index.ts'
import { singularForms } from './variants.ts'

/** Whether a knowledge base has a text as a name, or the singular of it. */
export function isKnown(knowledgeBase: KnowledgeBase, text: string): boolean {
  const folded = fold(text)
  return (
    knowledgeBase.hasName(folded) ||
    singularForms(folded, text).some((form) => knowledgeBase.hasName(form.folded))
  )
}
