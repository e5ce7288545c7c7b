import assert from 'node:assert/strict'
import { ConceptLensError } from '../../../src/core/index.ts'
import { recorded } from './recordingSink.ts'

const errorOf = async (work: Promise<unknown>): Promise<ConceptLensError> => {
  try {
    await work
  } catch (error) {
    assert.ok(error instanceof ConceptLensError, String(error))
    return error
  }
  throw new Error('nothing was thrown')
}

describe('Kinds of sources', () => {
  it('that are not known are refused with a list of those that are', async () => {
    const unknown = [
      ['quali.xml', '<QualifierRecordSet LanguageCode="eng"><QualifierRecord/></QualifierRecordSet>'],
      ['q2024.bin', '*NEWRECORD\nRECTYPE = Q\nSH = abnormalities\nUI = Q000002\n'],
      ['ontology.owx', '<?xml version="1.0"?><Ontology xmlns="http://www.w3.org/2002/07/owl#"/>'],
      ['notes.md', '# Knees\n\nformat-version is a word here.\n'],
    ] as const
    for (const [name, text] of unknown) {
      const { code, message } = await errorOf(recorded(name, text))
      assert.equal(code, 'kb-unknown-source', name)
      for (const kind of [
        '#conceptlens-kb',
        'OBO graph (.json)',
        '.obo',
        '.ttl',
        '.nt',
        '.owl',
        '.sssom.tsv',
        'desc20xx.xml',
        'd20xx.bin',
        'id and name',
      ])
        assert.ok(message.includes(kind), `${kind} in: ${message}`)
    }
  })

  it('are told by what they begin with, not by their names', async () => {
    const skos =
      '<http://a.org/1> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2004/02/skos/core#Concept> .\n'
    assert.deepEqual((await recorded('names.csv', 'id,name\nA:1,one\n')).concepts.length, 1)
    assert.deepEqual(
      (await recorded('names.tsv', 'subject_id\tpredicate_id\tobject_id\nA:1\tskos:exactMatch\tB:1\n')).equals
        .length,
      1,
    )
    assert.deepEqual((await recorded('names.txt', skos)).problems[0]?.code, 'kb-concept-without-name')
    assert.deepEqual((await recorded('names.csv', '[Term]\nid: A:1\nname: one\n')).concepts[0]?.id, 'A:1')
  })
})
