/**
 * The UMLS semantic types and semantic groups: identifiers and names only.
 * Source: UMLS Semantic Network, `SemGroups.txt` (U.S. National Library of Medicine).
 */
import { SEMANTIC_GROUP_LABELS as GROUPS, type SemanticGroup } from '../core/index.ts'

export type { SemanticGroup }

/** Every semantic type: TUI, name, group. Six retired chemical types are here too, for sources that still use them. */
const TYPES: Readonly<Record<string, readonly [name: string, group: SemanticGroup]>> = {
  T001: ['Organism', 'LIVB'],
  T002: ['Plant', 'LIVB'],
  T004: ['Fungus', 'LIVB'],
  T005: ['Virus', 'LIVB'],
  T007: ['Bacterium', 'LIVB'],
  T008: ['Animal', 'LIVB'],
  T010: ['Vertebrate', 'LIVB'],
  T011: ['Amphibian', 'LIVB'],
  T012: ['Bird', 'LIVB'],
  T013: ['Fish', 'LIVB'],
  T014: ['Reptile', 'LIVB'],
  T015: ['Mammal', 'LIVB'],
  T016: ['Human', 'LIVB'],
  T017: ['Anatomical Structure', 'ANAT'],
  T018: ['Embryonic Structure', 'ANAT'],
  T019: ['Congenital Abnormality', 'DISO'],
  T020: ['Acquired Abnormality', 'DISO'],
  T021: ['Fully Formed Anatomical Structure', 'ANAT'],
  T022: ['Body System', 'ANAT'],
  T023: ['Body Part, Organ, or Organ Component', 'ANAT'],
  T024: ['Tissue', 'ANAT'],
  T025: ['Cell', 'ANAT'],
  T026: ['Cell Component', 'ANAT'],
  T028: ['Gene or Genome', 'GENE'],
  T029: ['Body Location or Region', 'ANAT'],
  T030: ['Body Space or Junction', 'ANAT'],
  T031: ['Body Substance', 'ANAT'],
  T032: ['Organism Attribute', 'PHYS'],
  T033: ['Finding', 'DISO'],
  T034: ['Laboratory or Test Result', 'PHEN'],
  T037: ['Injury or Poisoning', 'DISO'],
  T038: ['Biologic Function', 'PHEN'],
  T039: ['Physiologic Function', 'PHYS'],
  T040: ['Organism Function', 'PHYS'],
  T041: ['Mental Process', 'PHYS'],
  T042: ['Organ or Tissue Function', 'PHYS'],
  T043: ['Cell Function', 'PHYS'],
  T044: ['Molecular Function', 'PHYS'],
  T045: ['Genetic Function', 'PHYS'],
  T046: ['Pathologic Function', 'DISO'],
  T047: ['Disease or Syndrome', 'DISO'],
  T048: ['Mental or Behavioral Dysfunction', 'DISO'],
  T049: ['Cell or Molecular Dysfunction', 'DISO'],
  T050: ['Experimental Model of Disease', 'DISO'],
  T051: ['Event', 'ACTI'],
  T052: ['Activity', 'ACTI'],
  T053: ['Behavior', 'ACTI'],
  T054: ['Social Behavior', 'ACTI'],
  T055: ['Individual Behavior', 'ACTI'],
  T056: ['Daily or Recreational Activity', 'ACTI'],
  T057: ['Occupational Activity', 'ACTI'],
  T058: ['Health Care Activity', 'PROC'],
  T059: ['Laboratory Procedure', 'PROC'],
  T060: ['Diagnostic Procedure', 'PROC'],
  T061: ['Therapeutic or Preventive Procedure', 'PROC'],
  T062: ['Research Activity', 'PROC'],
  T063: ['Molecular Biology Research Technique', 'PROC'],
  T064: ['Governmental or Regulatory Activity', 'ACTI'],
  T065: ['Educational Activity', 'PROC'],
  T066: ['Machine Activity', 'ACTI'],
  T067: ['Phenomenon or Process', 'PHEN'],
  T068: ['Human-caused Phenomenon or Process', 'PHEN'],
  T069: ['Environmental Effect of Humans', 'PHEN'],
  T070: ['Natural Phenomenon or Process', 'PHEN'],
  T071: ['Entity', 'OBJC'],
  T072: ['Physical Object', 'OBJC'],
  T073: ['Manufactured Object', 'OBJC'],
  T074: ['Medical Device', 'DEVI'],
  T075: ['Research Device', 'DEVI'],
  T077: ['Conceptual Entity', 'CONC'],
  T078: ['Idea or Concept', 'CONC'],
  T079: ['Temporal Concept', 'CONC'],
  T080: ['Qualitative Concept', 'CONC'],
  T081: ['Quantitative Concept', 'CONC'],
  T082: ['Spatial Concept', 'CONC'],
  T083: ['Geographic Area', 'GEOG'],
  T085: ['Molecular Sequence', 'GENE'],
  T086: ['Nucleotide Sequence', 'GENE'],
  T087: ['Amino Acid Sequence', 'GENE'],
  T088: ['Carbohydrate Sequence', 'GENE'],
  T089: ['Regulation or Law', 'CONC'],
  T090: ['Occupation or Discipline', 'OCCU'],
  T091: ['Biomedical Occupation or Discipline', 'OCCU'],
  T092: ['Organization', 'ORGA'],
  T093: ['Health Care Related Organization', 'ORGA'],
  T094: ['Professional Society', 'ORGA'],
  T095: ['Self-help or Relief Organization', 'ORGA'],
  T096: ['Group', 'LIVB'],
  T097: ['Professional or Occupational Group', 'LIVB'],
  T098: ['Population Group', 'LIVB'],
  T099: ['Family Group', 'LIVB'],
  T100: ['Age Group', 'LIVB'],
  T101: ['Patient or Disabled Group', 'LIVB'],
  T102: ['Group Attribute', 'CONC'],
  T103: ['Chemical', 'CHEM'],
  T104: ['Chemical Viewed Structurally', 'CHEM'],
  T109: ['Organic Chemical', 'CHEM'],
  T110: ['Steroid', 'CHEM'],
  T111: ['Eicosanoid', 'CHEM'],
  T114: ['Nucleic Acid, Nucleoside, or Nucleotide', 'CHEM'],
  T115: ['Organophosphorus Compound', 'CHEM'],
  T116: ['Amino Acid, Peptide, or Protein', 'CHEM'],
  T118: ['Carbohydrate', 'CHEM'],
  T119: ['Lipid', 'CHEM'],
  T120: ['Chemical Viewed Functionally', 'CHEM'],
  T121: ['Pharmacologic Substance', 'CHEM'],
  T122: ['Biomedical or Dental Material', 'CHEM'],
  T123: ['Biologically Active Substance', 'CHEM'],
  T124: ['Neuroreactive Substance or Biogenic Amine', 'CHEM'],
  T125: ['Hormone', 'CHEM'],
  T126: ['Enzyme', 'CHEM'],
  T127: ['Vitamin', 'CHEM'],
  T129: ['Immunologic Factor', 'CHEM'],
  T130: ['Indicator, Reagent, or Diagnostic Aid', 'CHEM'],
  T131: ['Hazardous or Poisonous Substance', 'CHEM'],
  T167: ['Substance', 'OBJC'],
  T168: ['Food', 'OBJC'],
  T169: ['Functional Concept', 'CONC'],
  T170: ['Intellectual Product', 'CONC'],
  T171: ['Language', 'CONC'],
  T184: ['Sign or Symptom', 'DISO'],
  T185: ['Classification', 'CONC'],
  T190: ['Anatomical Abnormality', 'DISO'],
  T191: ['Neoplastic Process', 'DISO'],
  T192: ['Receptor', 'CHEM'],
  T194: ['Archaeon', 'LIVB'],
  T195: ['Antibiotic', 'CHEM'],
  T196: ['Element, Ion, or Isotope', 'CHEM'],
  T197: ['Inorganic Chemical', 'CHEM'],
  T200: ['Clinical Drug', 'CHEM'],
  T201: ['Clinical Attribute', 'PHYS'],
  T203: ['Drug Delivery Device', 'DEVI'],
  T204: ['Eukaryote', 'LIVB'],
}

const TUI_BY_NAME: ReadonlyMap<string, string> = new Map(
  Object.entries(TYPES).map(([tui, [name]]) => [name.toLowerCase(), tui]),
)

/** Every semantic group, sorted by code. */
export const SEMANTIC_GROUPS: readonly SemanticGroup[] = Object.keys(GROUPS) as SemanticGroup[]

/** The name of a semantic type, for example `T047` → Disease or Syndrome; `undefined` for an unknown TUI. */
export function typeName(tui: string): string | undefined {
  return Object.hasOwn(TYPES, tui) ? TYPES[tui]?.[0] : undefined
}

/** The group of a semantic type, for example `T047` → `DISO`; `undefined` for an unknown TUI. */
export function groupOf(tui: string): SemanticGroup | undefined {
  return Object.hasOwn(TYPES, tui) ? TYPES[tui]?.[1] : undefined
}

/** The distinct groups of some semantic types, sorted; unknown types have none. */
export function groupsOf(tuis: readonly string[]): SemanticGroup[] {
  const groups: SemanticGroup[] = []
  for (const tui of tuis) {
    const group = groupOf(tui)
    if (group && !groups.includes(group)) groups.push(group)
  }
  return groups.length < 2 ? groups : groups.sort()
}

/** Whether the text is the code of a semantic group, such as `CHEM`. */
export function isSemanticGroup(code: string): code is SemanticGroup {
  return Object.hasOwn(GROUPS, code)
}

/** What people read for a group code, for example `DISO` → Disorders; an unknown code stands for itself. */
export function groupLabel(code: string): string {
  return isSemanticGroup(code) ? GROUPS[code] : code
}

/** The TUI that a TUI or the name of a semantic type means, whatever its case; `undefined` when neither. */
export function tuiOf(text: string): string | undefined {
  const code = text.toUpperCase()
  return Object.hasOwn(TYPES, code) ? code : TUI_BY_NAME.get(text.toLowerCase())
}
