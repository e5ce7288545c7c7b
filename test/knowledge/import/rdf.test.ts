import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Parser, Writer, type Quad } from 'n3'
import { gzipSync } from 'node:zlib'
import { ConceptLensError } from '../../../src/core/index.ts'
import { draftIn, namesIn, recorded, type Recorded } from './recordingSink.ts'

const TURTLE = `# A vocabulary
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix lab: <http://example.org/lab/> .

lab: a skos:ConceptScheme ;
  dct:title "Laborbegriffe"@de, "Lab Terms"@en ;
  dct:license <https://creativecommons.org/licenses/by/4.0/> ;
  owl:versionInfo "3.1" .

lab:knee a skos:Concept ;
  skos:prefLabel "swollen knee"@en, "geschwollenes Knie"@de, "swollen knee, US"@en-US ;
  skos:altLabel "puffy knee"@en, "dickes Knie"@de, "GONITIS" ;
  skos:hiddenLabel "swolen knee"@en ;
  skos:definition "A knee \\"larger\\" than usual,\\nand often warm. 🦵"@en, "Ein dickes Knie."@de ;
  skos:notation "K1" ;
  skos:broader lab:swelling, <http://example.org/elsewhere/joint> ;
  skos:exactMatch <http://id.nlm.nih.gov/mesh/D000001>, <http://linkedlifedata.com/resource/umls/id/C0000001> ;
  skos:closeMatch <http://id.nlm.nih.gov/mesh/D000002> .

lab:swelling a skos:Concept ; skos:prefLabel "swelling" ; skos:narrower lab:oedema .
lab:oedema a skos:Concept ; skos:prefLabel "oedema"@en-GB .
lab:old a skos:Concept ; skos:prefLabel "puffiness"@en ; owl:deprecated true ; dct:isReplacedBy lab:swelling .
lab:gone a skos:Concept ; skos:prefLabel "tumour"@en ; owl:deprecated true ;
  dct:isReplacedBy <http://purl.obolibrary.org/obo/MONDO_0005070> .
lab:german a skos:Concept ; skos:prefLabel "Knie"@de .
lab:notConcept skos:prefLabel "something else"@en .
`

const RDF_XML = `<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE rdf:RDF [ <!ENTITY obo "http://purl.obolibrary.org/obo/"> ]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#"
  xmlns:owl="http://www.w3.org/2002/07/owl#" xmlns:obo="&obo;"
  xmlns:oboInOwl="http://www.geneontology.org/formats/oboInOwl#" xmlns:terms="http://purl.org/dc/terms/">
  <owl:Ontology rdf:about="&obo;lab.owl">
    <owl:versionIRI rdf:resource="&obo;lab/releases/2024-05-06/lab.owl"/>
    <terms:license rdf:resource="https://creativecommons.org/licenses/by/4.0/"/>
  </owl:Ontology>
  <owl:ObjectProperty rdf:about="&obo;LAB_0000050"><rdfs:label>part of</rdfs:label></owl:ObjectProperty>
  <owl:Class rdf:about="&obo;LAB_0000001">
    <rdfs:label>swollen knee</rdfs:label>
    <obo:IAO_0000115>A knee that is
      larger than usual.</obo:IAO_0000115>
    <rdfs:subClassOf rdf:resource="&obo;LAB_0000002"/>
    <rdfs:subClassOf>
      <owl:Restriction>
        <owl:onProperty rdf:resource="&obo;LAB_0000050"/>
        <owl:someValuesFrom rdf:resource="&obo;LAB_0000003"/>
      </owl:Restriction>
    </rdfs:subClassOf>
    <oboInOwl:hasExactSynonym>SK</oboInOwl:hasExactSynonym>
    <oboInOwl:hasBroadSynonym>knee trouble</oboInOwl:hasBroadSynonym>
    <oboInOwl:hasRelatedSynonym>puffy knee</oboInOwl:hasRelatedSynonym>
    <oboInOwl:hasDbXref>UMLS:C0000001</oboInOwl:hasDbXref>
    <oboInOwl:hasDbXref>PMID:123456</oboInOwl:hasDbXref>
    <oboInOwl:hasAlternativeId>LAB:0000009</oboInOwl:hasAlternativeId>
    <owl:equivalentClass rdf:resource="&obo;MONDO_0000007"/>
  </owl:Class>
  <owl:Axiom>
    <owl:annotatedSource rdf:resource="&obo;LAB_0000001"/>
    <owl:annotatedProperty rdf:resource="http://www.geneontology.org/formats/oboInOwl#hasExactSynonym"/>
    <owl:annotatedTarget>SK</owl:annotatedTarget>
    <oboInOwl:hasSynonymType rdf:resource="&obo;OMO_0003000"/>
  </owl:Axiom>
  <owl:Class rdf:about="&obo;LAB_0000002"><rdfs:label xml:lang="en">swelling</rdfs:label></owl:Class>
  <owl:Class rdf:about="&obo;LAB_0000004">
    <rdfs:label>obsolete puffiness</rdfs:label>
    <owl:deprecated rdf:datatype="http://www.w3.org/2001/XMLSchema#boolean">true</owl:deprecated>
    <obo:IAO_0100001 rdf:resource="&obo;LAB_0000001"/>
  </owl:Class>
  <owl:Class rdf:about="&obo;CHEBI_1"><rdfs:label>foreign</rdfs:label></owl:Class>
</rdf:RDF>
`

function nTriplesOf(turtle: string): string {
  const writer = new Writer({ format: 'N-Triples' })
  return new Parser()
    .parse(turtle)
    .map((quad: Quad) => writer.quadToString(quad.subject, quad.predicate, quad.object))
    .join('')
}

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'none'
  } catch (error) {
    assert.ok(error instanceof ConceptLensError, String(error))
    return error.code
  }
}

describe('SKOS vocabularies', () => {
  const turtle = (): Promise<Recorded> => recorded('lab.ttl', TURTLE)

  it('give the concepts that have a name in English or in no language', async () => {
    const found = await turtle()
    assert.deepEqual(
      found.concepts.map(({ id }) => id),
      ['lab:knee', 'lab:swelling', 'lab:oedema'],
    )
    assert.deepEqual(
      found.problems.map(({ code, message }) => [code, message.includes('lab:german')]),
      [['kb-concept-without-name', true]],
    )
    assert.deepEqual(found.sources, [
      {
        name: 'lab',
        title: 'Lab Terms',
        version: '3.1',
        licence: 'https://creativecommons.org/licenses/by/4.0/',
      },
    ])
    assert.equal(found.bytes, Buffer.byteLength(TURTLE))
  })

  it('give names, definition, notation and parents both ways', async () => {
    const found = await turtle()
    const knee = draftIn(found, 'lab:knee')
    assert.deepEqual(namesIn(knee), [
      'preferred:swollen knee',
      'synonym:swollen knee, US',
      'synonym:puffy knee',
      'synonym:GONITIS',
      'synonym:swolen knee',
    ])
    assert.deepEqual(knee.definitions, [
      { source: 'lab', text: 'A knee "larger" than usual, and often warm. 🦵' },
    ])
    assert.deepEqual(knee.parents, ['lab:swelling', 'http://example.org/elsewhere/joint'])
    assert.deepEqual(knee.xrefs, ['lab:K1'])
    assert.deepEqual(draftIn(found, 'lab:oedema').parents, ['lab:swelling'])
    assert.deepEqual(draftIn(found, 'lab:swelling').xrefs, ['lab:old'])
  })

  it('say which concepts are equal', async () => {
    assert.deepEqual((await turtle()).equals, [
      ['lab:knee', 'MESH:D000001', 'lab'],
      ['lab:knee', 'UMLS:C0000001', 'lab'],
      ['lab:gone', 'MONDO:0005070', 'lab'],
    ])
  })

  it('are the same as N-Triples, but for prefixes, in any order', async () => {
    const triples = nTriplesOf(TURTLE).split('\n')
    const found = await recorded('noname.gz', gzipSync(triples.reverse().join('\n')))
    const sorted = ({ concepts }: Recorded): unknown[] =>
      concepts
        .map(({ id, names, parents }) => [
          id.replace('http://example.org/lab/', 'lab:'),
          names.map(({ text }) => text).sort(),
          parents.map((parent) => parent.replace('http://example.org/lab/', 'lab:')).sort(),
        ])
        .sort()
    assert.deepEqual(sorted(found), sorted(await turtle()))
  })

  it('keep going over bad N-Triples, and say where they are', async () => {
    const lines = nTriplesOf(TURTLE).split('\n')
    lines.splice(2, 0, '<http://example.org/lab/knee> <broken "x" .')
    const found = await recorded('lab.nt', lines.join('\n'))
    assert.deepEqual(
      found.problems.filter(({ code }) => code === 'kb-bad-row').map(({ line }) => line),
      [3],
    )
    assert.equal(found.concepts.length, 3)
  })

  it('stop at bad Turtle and bad XML, which have no rows to leave out', async () => {
    assert.equal(await codeOf(recorded('lab.ttl', `${TURTLE}\nlab:x a ;;; "`)), 'kb-bad-rdf')
    assert.equal(await codeOf(recorded('lab.rdf', RDF_XML.slice(0, -40))), 'kb-bad-rdf')
  })

  it('give back every label that was written', async () => {
    const label = fc
      .array(fc.constantFrom('a', '"', '\\', '\n', 'é', '😀', '<', '&', '@en', '.'))
      .map((parts) => `x${parts.join('')}x`)
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(label, { minLength: 1, maxLength: 8 }), async (labels) => {
        const quoted = labels.map((text) => JSON.stringify(text))
        const found = await recorded(
          'a.ttl',
          `@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix a: <http://a.org/> .
           a:1 a skos:Concept ; skos:prefLabel ${quoted[0]!} ; skos:altLabel ${quoted.join(', ')} .`,
        )
        const plain = labels.map((text) => text.replace(/\s+/g, ' '))
        assert.deepEqual(
          draftIn(found, 'a:1').names.map(({ text }) => text),
          [...new Set(plain)],
        )
      }),
      { numRuns: 30, seed: 4 },
    )
  })
})

describe('OWL ontologies', () => {
  it('give the classes of their own id space, as OBO files do', async () => {
    const found = await recorded('lab.owl', RDF_XML)
    assert.deepEqual(
      found.concepts.map(({ id }) => id),
      ['UMLS:C0000001', 'LAB:0000002'],
    )
    const knee = draftIn(found, 'UMLS:C0000001')
    assert.deepEqual(namesIn(knee), ['preferred:swollen knee', 'abbreviation:SK', 'synonym:puffy knee'])
    assert.deepEqual(knee.definitions, [{ source: 'LAB', text: 'A knee that is larger than usual.' }])
    assert.deepEqual(knee.parents, ['LAB:0000002'])
    assert.deepEqual(knee.xrefs, ['LAB:0000001', 'LAB:0000009', 'LAB:0000004'])
    assert.deepEqual(found.equals, [['UMLS:C0000001', 'MONDO:0000007', 'LAB']])
    assert.deepEqual(found.sources, [
      {
        name: 'LAB',
        title: 'LAB',
        version: '2024-05-06',
        licence: 'https://creativecommons.org/licenses/by/4.0/',
      },
    ])
    assert.deepEqual(found.problems, [])
  })

  it('of BioPortal bring CUIs and semantic types along', async () => {
    const found = await recorded(
      'SNOMEDCT.ttl',
      `@prefix owl: <http://www.w3.org/2002/07/owl#> .
       @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
       @prefix umls: <http://bioportal.bioontology.org/ontologies/umls/> .
       <http://purl.bioontology.org/ontology/SNOMEDCT/271771009> a owl:Class ;
         skos:prefLabel """Joint swelling"""@en ; skos:notation "271771009" ;
         umls:cui "C0152031" ; umls:tui "T184" ;
         umls:hasSTY <http://purl.bioontology.org/ontology/STY/T184> .`,
    )
    const draft = draftIn(found, 'UMLS:C0152031')
    assert.deepEqual([draft.types, draft.xrefs], [['T184'], ['SNOMEDCT:271771009']])
    assert.equal(found.sources[0]?.name, 'SNOMEDCT')
  })
})
