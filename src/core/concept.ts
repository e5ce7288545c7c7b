/** What kind of name a concept's name is. `observed` names were seen in annotated text, with how often. */
export type NameKind = 'preferred' | 'synonym' | 'abbreviation' | 'layperson' | 'observed'

/** One name of a concept, verbatim from its source. */
export interface Name {
  readonly text: string
  readonly kind: NameKind
  /** Short name of the source, for example `MSH`, `MONDO`, `MedMentions`. */
  readonly source: string
  /** How often annotated training text used this name for this concept; 0 when never seen. */
  readonly count: number
}

export interface Definition {
  readonly text: string
  readonly source: string
}

/**
 * An entry of a knowledge base.
 *
 * @example `{ id: 'UMLS:C0011849', name: 'Diabetes Mellitus', types: ['T047'], groups: ['DISO'], … }`
 */
export interface Concept {
  /** A CURIE: `UMLS:` and the CUI when it is known, else the native id (`MESH:D003920`, `GO:0006915`, `HGNC:1100`). */
  readonly id: string
  /** The preferred name. */
  readonly name: string
  /** All names, the preferred one first. */
  readonly names: readonly Name[]
  /** UMLS semantic types as TUIs; empty when no source gives one. */
  readonly types: readonly string[]
  /** UMLS semantic groups (`DISO`, `CHEM` …); empty when unknown. */
  readonly groups: readonly string[]
  /** Ids of the is-a parents; a parent need not be in the knowledge base. */
  readonly parents: readonly string[]
  /** Equal concepts elsewhere, as CURIEs; alternative and retired ids stand here too. All of them resolve to this concept. */
  readonly xrefs: readonly string[]
  readonly definitions: readonly Definition[]
}
