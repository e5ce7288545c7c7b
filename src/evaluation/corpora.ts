import { ConceptLensError, type KnowledgeBase, type Manuscript, type Problem } from '../core/index.ts'
import {
  ANNOTATED_FORMATS,
  biocToManuscript,
  offsetUnitOf,
  readAnnotated,
  type MarkedMention,
} from '../formats/index.ts'
import { groupsOf, tuiOf } from '../knowledge/index.ts'

/** An annotated corpus, ready to be linked and compared. */
export interface Corpus {
  readonly name: string
  readonly documents: readonly CorpusDocument[]
  readonly problems: readonly Problem[]
}

export interface CorpusDocument {
  readonly id: string
  /** Titles are a passage of their own; longer texts are cut as manuscripts are, never inside a gold mention. */
  readonly manuscript: Manuscript
  /** Per passage, sorted by start, then the longer first; they may overlap. */
  readonly mentions: readonly (readonly GoldMention[])[]
}

/** A mention that people marked. */
export interface GoldMention extends MarkedMention {
  /** Semantic groups of its type, sorted; empty when the corpus does not type its mentions. */
  readonly groups: readonly string[]
}

/**
 * Reads a corpus: PubTator, BioC XML or BioC JSON; which one is seen from the text.
 * Throws `ConceptLensError` when it holds no documents at all.
 */
export function readCorpus(text: string, name: string): Corpus {
  const read = readAnnotated(text)
  if (read === undefined) throw noDocuments(name, whatItIs(text))
  const { value, problems } = read
  if (value.documents.length === 0) throw noDocuments(name, problems[0]?.message ?? 'It is empty.')
  const unit = offsetUnitOf(value)
  const documents = value.documents.map((document): CorpusDocument => {
    const { id, manuscript, mentions } = biocToManuscript(document, unit, `${name}#${document.id}`)
    return {
      id,
      manuscript,
      mentions: mentions.map((ofPassage) => ofPassage.filter(isText).map(goldMention)),
    }
  })
  return {
    name,
    documents,
    problems: [...problems, ...documents.flatMap(({ manuscript }) => manuscript.problems)],
  }
}

/** Several corpora as one, for figures over all of them. */
export function joinCorpora(corpora: readonly Corpus[]): Corpus {
  return {
    name: corpora.map(({ name }) => name).join(' + '),
    documents: corpora.flatMap(({ documents }) => documents),
    problems: corpora.flatMap(({ problems }) => problems),
  }
}

function whatItIs(text: string): string {
  const beginning = text.trim().slice(0, 40)
  return beginning === '' ? 'It is empty.' : `It begins with ${JSON.stringify(beginning)}.`
}

function noDocuments(name: string, why: string): ConceptLensError {
  return new ConceptLensError(
    'corpus-empty',
    `${name} holds no documents that can be read. ${why} Give ${ANNOTATED_FORMATS}.`,
  )
}

function isText({ text }: MarkedMention): boolean {
  return text.trim() !== ''
}

/** MedMentions types its mentions by TUIs (`T116,T123`), the others by names. */
function goldMention(mention: MarkedMention): GoldMention {
  if (mention.group !== undefined) return { ...mention, groups: [mention.group] }
  const types = mention.type.split(/[,;|]/).flatMap((type) => tuiOf(type.trim()) ?? [])
  return { ...mention, groups: groupsOf(types) }
}

/** The semantic groups that a corpus annotates; where it has no types, those of the concepts it links to. */
export function annotatedGroups(corpus: Corpus, knowledgeBase: KnowledgeBase): ReadonlySet<string> {
  const mentions = corpus.documents.flatMap((document) => document.mentions.flat())
  const typed = new Set(mentions.flatMap(({ groups }) => groups))
  if (typed.size > 0) return typed
  const refs = new Set(mentions.flatMap(({ ids }) => ids.flatMap((id) => knowledgeBase.resolve(id))))
  return new Set([...refs].flatMap((ref) => knowledgeBase.concept(ref).groups))
}

/** The groups that the `entities` convention marks. */
const ENTITY_GROUPS: ReadonlySet<string> = new Set(['DISO', 'CHEM', 'GENE', 'LIVB'])

/** The tagging convention that a corpus was annotated by, told from its types: `entities` when it marks nothing but diseases, chemicals, genes and species. */
export function conventionOf(corpus: Corpus): 'concepts' | 'entities' {
  const groups = new Set(
    corpus.documents.flatMap(({ mentions }) => mentions.flat().flatMap((one) => one.groups)),
  )
  return groups.size > 0 && [...groups].every((group) => ENTITY_GROUPS.has(group)) ? 'entities' : 'concepts'
}
