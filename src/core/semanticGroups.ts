/**
 * The UMLS semantic groups (McCray et al. 2001) with the names that people read.
 * Source: UMLS Semantic Network, `SemGroups.txt` (U.S. National Library of Medicine).
 */
export const SEMANTIC_GROUP_LABELS = {
  ACTI: 'Activities & Behaviors',
  ANAT: 'Anatomy',
  CHEM: 'Chemicals & Drugs',
  CONC: 'Concepts & Ideas',
  DEVI: 'Devices',
  DISO: 'Disorders',
  GENE: 'Genes & Molecular Sequences',
  GEOG: 'Geographic Areas',
  LIVB: 'Living Beings',
  OBJC: 'Objects',
  OCCU: 'Occupations',
  ORGA: 'Organizations',
  PHEN: 'Phenomena',
  PHYS: 'Physiology',
  PROC: 'Procedures',
} as const

/** A UMLS semantic group. */
export type SemanticGroup = keyof typeof SEMANTIC_GROUP_LABELS
