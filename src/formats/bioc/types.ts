/**
 * Key–value pairs of a BioC element, the format's place for everything it does not name itself.
 * Keys are unique; their order means nothing.
 */
export type Infons = Readonly<Record<string, string>>

/**
 * A BioC collection: the interchange format of the biomedical text mining community (Comeau et al. 2013), in the form
 * that its readers agree on.
 * Offsets and lengths are in the unit that {@link offsetUnitOf} tells, absolute in the document.
 */
export interface BiocCollection {
  readonly source: string
  readonly date: string
  /** Name of the file that explains the infons. */
  readonly key: string
  readonly infons: Infons
  readonly documents: readonly BiocDocument[]
}

export interface BiocDocument {
  readonly id: string
  readonly infons: Infons
  readonly passages: readonly BiocPassage[]
  readonly relations: readonly BiocRelation[]
}

/** A stretch of a document, either as text with annotations or as sentences. Published files with both exist. */
export interface BiocPassage {
  readonly infons: Infons
  readonly offset: number
  /** `undefined` when the text stands in the sentences. */
  readonly text?: string
  readonly sentences: readonly BiocSentence[]
  readonly annotations: readonly BiocAnnotation[]
  readonly relations: readonly BiocRelation[]
}

export interface BiocSentence {
  readonly infons: Infons
  readonly offset: number
  /** `undefined` when the file leaves it out; such sentences cannot be linked. */
  readonly text?: string
  readonly annotations: readonly BiocAnnotation[]
  readonly relations: readonly BiocRelation[]
}

/** A marked mention. Several locations make one discontinuous mention. */
export interface BiocAnnotation {
  /** Unique in the document. */
  readonly id: string
  readonly infons: Infons
  readonly locations: readonly BiocLocation[]
  /** The text marked, as the file has it. */
  readonly text: string
}

export interface BiocLocation {
  readonly offset: number
  readonly length: number
}

export interface BiocRelation {
  readonly id: string
  readonly infons: Infons
  readonly nodes: readonly BiocNode[]
}

export interface BiocNode {
  /** Id of an annotation or a relation. */
  readonly refid: string
  /** Empty when the file gives none. */
  readonly role: string
}
