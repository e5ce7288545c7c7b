import { gunzipSync } from 'node:zlib'
import { ConceptLensError, type KnowledgeBase, type Manuscript, type Problem } from '../core/index.ts'
import {
  biocToManuscript,
  offsetUnitOf,
  readBiocJson,
  readBiocXml,
  readPubtator,
  type BiocCollection,
  type MarkedMention,
  type ReadResult,
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
 * Reads a corpus: PubTator, BioC XML or BioC JSON, also gzipped; which one is seen from the content.
 * Throws `ConceptLensError` when it holds no documents at all.
 */
export function readCorpus(bytes: Uint8Array, name: string): Corpus {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes
  const text = new TextDecoder().decode(plain)
  const { value, problems } = readerFor(text)(text)
  if (value.documents.length === 0) throw noDocuments(name, problems)
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

function readerFor(text: string): (text: string) => ReadResult<BiocCollection> {
  const start = text.trimStart().slice(0, 1)
  if (start === '<') return readBiocXml
  return start === '{' || start === '[' ? readBiocJson : readPubtator
}

function noDocuments(name: string, problems: readonly Problem[]): ConceptLensError {
  const why = problems[0]?.message ?? 'It is empty.'
  return new ConceptLensError(
    'corpus-empty',
    `${name} holds no documents that can be read. ${why} Give PubTator, BioC XML or BioC JSON, gzipped or not.`,
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
