import type { BiocCollection, BiocPassage, BiocSentence } from './types.ts'
import { passagesOf } from './wellFormed.ts'

/** Writes BioC JSON: the fields of the XML under the names that the Python package `bioc` and PubTator use. */
export function writeBiocJson(collection: BiocCollection): string {
  const { source, date, key, infons } = collection
  const documents = collection.documents.map((document) => ({
    id: document.id,
    infons: document.infons,
    passages: passagesOf(document).map(passageFields),
    annotations: [],
    relations: document.relations,
  }))
  return JSON.stringify({ source, date, key, infons, documents }, null, 1) + '\n'
}

function passageFields(passage: BiocPassage): object {
  return { ...textFields(passage), sentences: passage.sentences.map(textFields) }
}

function textFields({ offset, infons, text, annotations, relations }: BiocPassage | BiocSentence): object {
  return { offset, infons, ...(text === undefined ? {} : { text }), annotations, relations }
}
