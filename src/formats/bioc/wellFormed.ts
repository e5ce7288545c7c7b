import type { BiocAnnotation, BiocDocument, BiocPassage } from './types.ts'

/**
 * The form of a passage that every reader accepts: text or sentences, never both, and annotations where they belong.
 * With both, the text stays and the sentences' annotations and relations move up to it.
 */
export function oneForm(passage: BiocPassage): BiocPassage {
  if (passage.sentences.length === 0 || passage.text === undefined) return withAnnotationsInSentences(passage)
  return {
    ...passage,
    sentences: [],
    annotations: [...passage.annotations, ...passage.sentences.flatMap(({ annotations }) => annotations)],
    relations: [...passage.relations, ...passage.sentences.flatMap(({ relations }) => relations)],
  }
}

/** In the sentence form, annotations of the passage move to the last sentence that starts at or before them. */
function withAnnotationsInSentences(passage: BiocPassage): BiocPassage {
  if (passage.sentences.length === 0 || passage.annotations.length === 0) return passage
  const homeOf = ({ locations }: BiocAnnotation): number => {
    const start = locations[0]?.offset ?? 0
    return Math.max(
      0,
      passage.sentences.findLastIndex(({ offset }) => offset <= start),
    )
  }
  const sentences = passage.sentences.map((sentence, i) => {
    const added = passage.annotations.filter((annotation) => homeOf(annotation) === i)
    return { ...sentence, annotations: [...sentence.annotations, ...added] }
  })
  return { ...passage, sentences, annotations: [] }
}

/** A document needs a passage to be valid: one without any gets an empty one. */
export function passagesOf(document: BiocDocument): readonly BiocPassage[] {
  if (document.passages.length > 0) return document.passages.map(oneForm)
  return [{ infons: {}, offset: 0, text: '', sentences: [], annotations: [], relations: [] }]
}
