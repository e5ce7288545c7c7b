import type { OffsetUnit } from '../offsets.ts'
import type { BiocProfile } from './profile.ts'

const UNITS: Readonly<Record<OffsetUnit, string>> = {
  'code-point': 'Unicode code points',
  byte: 'bytes of the UTF-8 text',
  utf16: 'UTF-16 code units',
}

const ANNOTATION_KEYS: Readonly<Record<BiocProfile, readonly (readonly [string, string])[]>> = {
  generic: [
    ['type', 'name of the UMLS semantic group of the concept'],
    ['identifier', 'the concept as a CURIE, for example MESH:D003920'],
    ['database', 'prefix of the identifier: the vocabulary it comes from'],
    ['name', 'preferred name of the concept'],
    ['semantic_type', 'UMLS semantic types as TUIs, joined by commas; absent when unknown'],
    ['score', 'calibrated probability that the mention means this concept, 0 to 1'],
  ],
  pubtator3: [
    ['type', "PubTator's type of the concept: Disease, Chemical, Gene, Species …"],
    ['identifier', 'the concept as a CURIE; - when no concept was chosen'],
    ['normalized_id', 'the identifier without its prefix'],
    ['database', 'prefix of the identifier in lower case'],
    ['biotype', 'the type in lower case'],
    ['name', 'preferred name of the concept'],
    ['valid', 'True when a concept was chosen'],
    ['score', 'calibrated probability that the mention means this concept, 0 to 1'],
  ],
  entitytools: [
    ['type', 'name of the UMLS semantic group of the concept'],
    ['concept_id', 'the concept as a CURIE; -1 when no concept was chosen'],
    ['all_links', 'candidates, best first, as id=probability joined by |'],
  ],
}

/** The text of the key file that a collection names: one line for every infon key with its meaning. */
export function keyFileText({
  profile,
  offsetUnit,
}: {
  profile: BiocProfile
  offsetUnit: OffsetUnit
}): string {
  const unit = UNITS[offsetUnit]
  const sections: [string, (readonly [string, string])[]][] = [
    [
      'collection',
      [
        [
          'offset_unit',
          `what offset and length count: ${offsetUnit} (${unit}), from the start of the document`,
        ],
        ['profile', `whose names the infons of annotations have: ${profile}`],
      ],
    ],
    [
      'document',
      [
        ['file', 'the manuscript the document was made from'],
        ['format', 'its format: markdown, latex or text'],
      ],
    ],
    [
      'passage',
      [
        [
          'type',
          'title, title_N (heading of level N), abstract, paragraph, list, fig_caption, table, footnote or quote',
        ],
        [
          'section_type',
          'TITLE, ABSTRACT, INTRO, METHODS, RESULTS, DISCUSS, CONCL, ACK_FUND, REF, SUPPL, FIG or TABLE',
        ],
        ['section', 'the heading that the passage stands under'],
        ['file', 'the source file of the passage; an \\input makes one document of several files'],
        ['source_start', 'where the passage starts in that file, in UTF-16 code units'],
        ['source_end', 'where it ends'],
      ],
    ],
    [
      'annotation',
      [
        ...ANNOTATION_KEYS[profile],
        ['chosen_by', 'who chose the concept: model, rule, language-model or author'],
        ['source_start', "where the mention starts in the passage's source file, in UTF-16 code units"],
        ['source_end', 'where it ends; markup inside the mention is covered'],
      ],
    ],
  ]
  const head = [
    'Key to BioC files written by ConceptLens.',
    `Text is the rendered prose of a manuscript; offsets and lengths are absolute in the document, in ${unit}.`,
    'Characters that XML cannot hold are U+FFFD; a line break of the source may be LF or CR LF, and CR is kept as it is.',
  ]
  return [...head, ...sections.flatMap(sectionLines)].join('\n') + '\n'
}

function sectionLines([element, keys]: [string, (readonly [string, string])[]]): string[] {
  return ['', `infons of <${element}>`, ...keys.map(([key, meaning]) => `${key}: ${meaning}`)]
}
