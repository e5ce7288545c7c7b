import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import { ConceptLensError } from '../../../src/core/index.ts'
import { recorded, type Recorded } from './recordingSink.ts'

const METADATA = `#curie_map:
#  LAB: "http://example.org/lab/"
#  mesh: http://identifiers.org/mesh/
#  UMLS: http://linkedlifedata.com/resource/umls/id/
#license: https://creativecommons.org/publicdomain/zero/1.0/
#mapping_set_id: http://example.org/lab/knees.sssom.tsv
#mapping_set_title: Knees to MeSH
#mapping_set_version: '2024-05-06'
`

const ROWS = [
  'subject_id\tsubject_label\tpredicate_id\tobject_id\tmapping_justification\tpredicate_modifier',
  'LAB:1\tswollen knee\tskos:exactMatch\tmesh:D000001\tsemapv:ManualMappingCuration\t',
  'LAB:1\tswollen knee\tskos:exactMatch\tmesh:D000001\tsemapv:LexicalMatching\t',
  'LAB:2\tknee\towl:equivalentClass\tUMLS:C0000002\tsemapv:ManualMappingCuration\t',
  'LAB:3\tleg\thttp://www.w3.org/2002/07/owl#sameAs\tDOID:7\tsemapv:ManualMappingCuration\t',
  'LAB:4\tlimb\tskos:broadMatch\tmesh:D000003\tsemapv:ManualMappingCuration\t',
  'LAB:5\tfoot\tskos:closeMatch\tmesh:D000004\tsemapv:ManualMappingCuration\t',
  'LAB:6\ttoe\tskos:exactMatch\tmesh:D000005\tsemapv:ManualMappingCuration\tNot',
  'LAB:7\theel\tskos:exactMatch\tsssom:NoTermFound\tsemapv:ManualMappingCuration\t',
  'LAB:8\tsole\tskos:exactMatch\t\tsemapv:ManualMappingCuration\t',
].join('\n')

const mapping = (rows = ROWS): Promise<Recorded> => recorded('knees.sssom.tsv', METADATA + rows)

const errorOf = async (work: Promise<unknown>): Promise<ConceptLensError> => {
  try {
    await work
  } catch (error) {
    assert.ok(error instanceof ConceptLensError, String(error))
    return error
  }
  throw new Error('nothing was thrown')
}

describe('SSSOM mappings', () => {
  it('call concepts equal where the predicate says so, by the prefixes they declare', async () => {
    const found = await mapping()
    assert.deepEqual(found.equals, [
      ['LAB:1', 'MESH:D000001', 'knees'],
      ['LAB:1', 'MESH:D000001', 'knees'],
      ['LAB:2', 'UMLS:C0000002', 'knees'],
      ['LAB:3', 'DOID:7', 'knees'],
    ])
    assert.deepEqual(found.concepts, [])
    assert.deepEqual(found.sources, [
      {
        name: 'knees',
        title: 'Knees to MeSH',
        version: '2024-05-06',
        licence: 'https://creativecommons.org/publicdomain/zero/1.0/',
      },
    ])
  })

  it('count what they do not join, and report bad rows', async () => {
    const { problems } = await mapping()
    assert.deepEqual(
      problems.map(({ code, line }) => [code, line]),
      [
        ['kb-bad-row', 18],
        ['kb-mappings-ignored', undefined],
      ],
    )
    assert.match(problems[1]!.message, /4 .*skos:broadMatch 1.*skos:closeMatch 1/)
  })

  it('are told by their content, packed, spaced, comma-separated, or without metadata', async () => {
    const expected = (await mapping()).equals.map(([a, b]) => [a, b])
    for (const text of [
      (METADATA + ROWS).replaceAll('#', '# ').replaceAll('owl# ', 'owl#'),
      `\ufeff${METADATA}${ROWS}`.replaceAll('\n', '\r\n'),
      ROWS,
      (METADATA + ROWS).replaceAll('\t', ','),
    ]) {
      const { equals } = await recorded('noname.gz', gzipSync(text))
      assert.deepEqual(
        equals.map(([a, b]) => [a, b]),
        expected,
      )
    }
  })

  it('need their three columns before any work', async () => {
    const error = await errorOf(mapping('subject_id\tobject_id\nA:1\tB:1\n'))
    assert.equal(error.code, 'kb-missing-column')
    assert.match(error.message, /predicate_id/)
    assert.equal(
      (await errorOf(recorded('a.sssom.tsv', '#curie_map: [\nsubject_id\tpredicate_id\tobject_id\n'))).code,
      'kb-bad-sssom',
    )
  })
})
