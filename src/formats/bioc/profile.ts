/**
 * Whose names the annotation infons have: ConceptLens's own, PubTator 3's, or those of published entity linking tools.
 */
export type BiocProfile = 'generic' | 'pubtator3' | 'entitytools'

/** All profiles, the default first. */
export const BIOC_PROFILES: readonly BiocProfile[] = ['generic', 'pubtator3', 'entitytools']
