import type { KnowledgeBase } from '../../../core/index.ts'
import { usesOf } from '../abbreviations.ts'
import { createDictionary } from '../dictionary.ts'
import type { DictionaryRules } from '../dictionary.ts'
import type { MentionDetector } from '../detector.ts'
import { isKnown } from '../knownName.ts'
import { proposal } from '../proposal.ts'

/**
 * Every name of the knowledge base, and the uses of abbreviations whose long form is one.
 * @param restriction what {@link DictionaryRules.accepts} was made from: a function is no part of a key
 */
export function dictionaryDetector(
  knowledgeBase: KnowledgeBase,
  rules: DictionaryRules,
  restriction: unknown,
): MentionDetector {
  const dictionary = createDictionary(knowledgeBase, rules)
  return {
    name: 'dictionary',
    key: [knowledgeBase.info.fingerprint, rules.groups, restriction],
    consequence: 'Names of the knowledge base cannot be read, so their mentions are missing',
    propose({ text, abbreviations, passage }) {
      const names = dictionary(text).map((match) => proposal(text, match, 'dictionary'))
      const uses = abbreviations ? usesOf(abbreviations, text, passage) : []
      const known = uses.filter((use) => isKnown(knowledgeBase, use.long))
      return [...names, ...known.map((use) => proposal(text, use, 'abbreviation'))]
    },
  }
}
