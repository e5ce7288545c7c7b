/** A knowledge base on this machine, as a list shows it. */
export interface KnowledgeBaseDescription {
  /** Its folder as it was asked for; empty for the one that ships with the program. */
  readonly path: string
  readonly name: string
  readonly version: string
  readonly nConcepts: number
  readonly nNames: number
  readonly sizeBytes: number
  readonly sources: readonly SourceOfKnowledge[]
}

/** One vocabulary of a knowledge base. */
export interface SourceOfKnowledge {
  /** Short name: `MONDO`. */
  readonly name: string
  readonly title: string
  /** Empty when the source does not say. */
  readonly version: string
  /** Empty when the source does not say. */
  readonly licence: string
  readonly nConcepts: number
  readonly nNames: number
}

export interface DescribeParams {
  /** Folders; an empty one is the knowledge base that ships with the program. */
  readonly paths: readonly string[]
}

/** What a folder holds, or why it cannot be used. */
export type DescribedKnowledgeBase =
  KnowledgeBaseDescription | { readonly path: string; readonly problem: string }

/** A knowledge base whose folder was replaced or removed. */
export interface KnowledgeBaseChangedParams {
  readonly path: string
}

/** How many concepts of a knowledge base belong to a semantic group. */
export interface GroupCount {
  /** `DISO`; empty for concepts of no known group. A concept of two groups counts in both. */
  readonly group: string
  readonly label: string
  readonly nConcepts: number
}
