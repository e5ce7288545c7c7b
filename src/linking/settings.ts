import type { LabelAsked } from '../inference/index.ts'

/** Which annotation convention decides what a mention is; see `heads` in the model's manifest. */
export type Convention = 'concepts' | 'entities' | 'both'

/** Which detectors propose mentions. Author's decisions and given mentions always count. */
export type Detection = 'union' | 'tagger' | 'dictionary'

/** Everything about linking that people may set. Defaults: {@link defaultLinkingSettings}. */
export interface LinkingSettings {
  /** `concepts`: everything MedMentions st21pv would mark. `entities`: diseases, chemicals, genes, species (BC5CDR, BioRED). */
  readonly convention: Convention
  readonly detection: Detection
  /** Whether words that every paper uses (study, patient, result …) stay unlinked. */
  readonly generalWords: 'hide' | 'show'
  /** Semantic groups and types that may be linked to; see `Restriction`. Empty: all. */
  readonly types: readonly string[]
  /** Sources of the knowledge base whose concepts may be linked to. Empty: all. */
  readonly sources: readonly string[]
  /** Whether later and earlier uses of an abbreviation defined in the document are looked up by their long form. */
  readonly expandAbbreviations: boolean
  /** Whether the mentions of one document support each other, and identical ones are made to agree. */
  readonly documentAgreement: boolean
  /** How many candidates of a mention the model scores, 1 … 20. */
  readonly candidatesRanked: number
  /** How many candidates of a mention are kept for people, at least {@link candidatesRanked}, at most 64. */
  readonly candidatesKept: number
  /** The least mean probability of a tagged mention, 0 … 1; `undefined` takes the model's own threshold. */
  readonly tagThreshold?: number
  /** Types that the author names in words; asked for only where there is a GLiNER model. Empty: none. */
  readonly namedTypes: readonly LabelAsked[]
  /** Links below this probability are kept but not shown, 0 … 1. Only explanations use it here; shells filter. */
  readonly minProbability: number
  /** How many passages keep their result; 0 keeps none. */
  readonly cachedPassages: number
}

/** The one place of the defaults. */
export const defaultLinkingSettings: LinkingSettings = {
  convention: 'concepts',
  detection: 'union',
  generalWords: 'hide',
  types: [],
  sources: [],
  expandAbbreviations: true,
  documentAgreement: true,
  candidatesRanked: 7,
  candidatesKept: 64,
  namedTypes: [],
  minProbability: 0.5,
  cachedPassages: 2000,
}
