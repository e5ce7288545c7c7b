import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  mappingSetOf,
  readSssom,
  writeConceptMap,
  writeSssom,
  type AboutAlignment,
  type DecidedTerm,
  type MappingSet,
} from '../../src/alignment/index.ts'
import { conceptMapProblems } from './conceptMapStructure.ts'

const about: AboutAlignment = {
  table: 'survey 2026.csv',
  knowledgeBase: { name: 'Starter', version: '1' },
  toolVersion: '1.2.3',
  date: '2026-01-31',
  language: 'en',
}

function decided(text: string, id: string | undefined, more: Partial<DecidedTerm> = {}): DecidedTerm {
  const chosen =
    id === undefined
      ? undefined
      : { id, name: `name of ${id}`, matchedName: id, types: [], groups: [], score: 0.5 }
  return {
    term: { text },
    candidates: chosen ? [chosen] : [],
    probability: 0.75,
    agreement: 'alone',
    decision: chosen ? 'accepted' : 'none',
    decidedBy: 'model',
    modelsDecision: chosen ? 'accepted' : 'none',
    ...(chosen ? { chosen } : {}),
    ...more,
  }
}

const some = [
  decided('cough', 'HP:0012735'),
  decided('a\tb  "c"\n d', 'UMLS:C0000001', { decision: 'review' }),
  decided('nothing', undefined, { probability: 0.05 }),
  decided('chosen by hand', 'MESH:D003371', {
    decidedBy: 'person',
    term: { text: 'chosen by hand', context: 'form A' },
  }),
]

describe('SSSOM', () => {
  it('has the metadata that the specification asks for, and literal mappings', () => {
    const text = writeSssom(mappingSetOf(some, about))
    const lines = text.split('\n')
    assert.ok(lines.includes('#mapping_set_id: "urn:conceptlens:alignment:survey%202026.csv"'))
    assert.ok(lines.includes('#license: "https://w3id.org/sssom/license/unspecified"'))
    assert.ok(lines.includes('#  HP: "http://purl.obolibrary.org/obo/HP_"'))
    const header = lines.findIndex((line) => !line.startsWith('#'))
    assert.deepEqual(lines.slice(header), [
      'subject_id\tsubject_label\tsubject_type\tpredicate_id\tobject_id\tobject_label\tmapping_justification\tconfidence\tcomment',
      '\tcough\trdfs literal\tskos:exactMatch\tHP:0012735\tname of HP:0012735\tsemapv:CompositeMatching\t0.75\t',
      '\t"a b ""c"" d"\trdfs literal\tskos:closeMatch\tUMLS:C0000001\tname of UMLS:C0000001\tsemapv:CompositeMatching\t0.75\t',
      '\tnothing\trdfs literal\tskos:exactMatch\tsssom:NoTermFound\t\tsemapv:CompositeMatching\t0.95\t',
      '\tchosen by hand\trdfs literal\tskos:exactMatch\tMESH:D003371\tname of MESH:D003371\tsemapv:ManualMappingCuration\t\tcontext: form A',
      '',
    ])
  })

  it('is read as it was written', () => {
    const word = fc.stringMatching(/^[a-zA-Zµ"'#:,]{1,8}( [a-z"#:]{1,8}){0,3}$/)
    const mapping = fc
      .record({
        term: word,
        concept: fc.option(
          fc.tuple(fc.stringMatching(/^[A-Z]{2,5}:[0-9]{1,7}$/), word).map(([id, name]) => ({ id, name })),
          {
            nil: undefined,
          },
        ),
        isReview: fc.boolean(),
        decidedBy: fc.constantFrom('model' as const, 'person' as const),
        permille: fc.integer({ min: 0, max: 10_000 }),
        comment: fc.oneof(fc.constant(''), word),
      })
      .map(({ term, concept, isReview, decidedBy, permille, comment }) => ({
        term,
        ...(concept ? { concept } : {}),
        decision: concept ? (isReview ? ('review' as const) : ('accepted' as const)) : ('none' as const),
        decidedBy,
        ...(decidedBy === 'person' ? {} : { confidence: permille / 10_000 }),
        comment,
      }))
    const { metadata } = mappingSetOf(some, about)
    fc.assert(
      fc.property(fc.array(mapping), (mappings) => {
        const set: MappingSet = { metadata, mappings }
        assert.deepEqual(readSssom(writeSssom(set)), set)
      }),
      { seed: 11, numRuns: 60 },
    )
  })

  it('says what is wrong with other files', () => {
    assert.throws(() => readSssom('term,id\na,b\n'), /no SSSOM mappings.*mapping_set_id and license/)
    assert.throws(() => readSssom('#mapping_set_id: a\n#license: b\nx\ty\n'), /no column "subject_id"/)
  })
})

describe('FHIR ConceptMap', () => {
  it('has the structure of the specification', () => {
    const map = JSON.parse(writeConceptMap(some, about)) as unknown
    assert.deepEqual(conceptMapProblems(map), [])
    assert.deepEqual(conceptMapProblems(JSON.parse(writeConceptMap([], { ...about, licence: 'CC0' }))), [])
  })

  it('has a group for each vocabulary and one for terms without a match', () => {
    const { group } = JSON.parse(writeConceptMap(some, about)) as {
      group: {
        target?: string
        element: { code: string; target: { code?: string; equivalence: string }[] }[]
      }[]
    }
    assert.deepEqual(
      group.map(({ target, element }) => [
        target,
        ...element.flatMap(({ code, target: targets }) =>
          targets.map((one) => [code, one.code, one.equivalence]),
        ),
      ]),
      [
        ['http://human-phenotype-ontology.org', ['cough', 'HP:0012735', 'equivalent']],
        ['http://id.nlm.nih.gov/mesh/', ['chosen by hand', 'D003371', 'equivalent']],
        ['http://www.nlm.nih.gov/research/umls', ['a b "c" d', 'C0000001', 'relatedto']],
        [undefined, ['nothing', undefined, 'unmatched']],
      ],
    )
  })

  it('is told apart from what is no ConceptMap', () => {
    const map = JSON.parse(writeConceptMap(some, about)) as Record<string, unknown>
    assert.deepEqual(conceptMapProblems({ ...map, status: 'final' }), [
      'ConceptMap.status: "final" is no allowed code',
    ])
    assert.deepEqual(conceptMapProblems({ ...map, group: [] }), ['ConceptMap.group: an empty array'])
    assert.deepEqual(conceptMapProblems({ ...map, mapping: 1 }), ['ConceptMap.mapping: no such element'])
    assert.deepEqual(conceptMapProblems({ ...map, group: [{ source: 'a b' }] }), [
      'ConceptMap.group.source: "a b" is no uri',
      'ConceptMap.group.element: missing',
    ])
  })
})
