import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { curieOfIri } from '../../src/knowledge/import/curie.ts'
import { cleaned, type ConceptDraft } from '../../src/knowledge/import/draft.ts'
import type { OntologyClass, SynonymScope } from '../../src/knowledge/import/ontologyClass.ts'
import { meshAsciiText, meshXmlText } from '../knowledge/import/meshText.ts'
import { oboText } from '../knowledge/import/oboText.ts'
import { nTriplesText, OBO, owlTriples, rdfXmlText } from '../knowledge/import/rdfText.ts'
import { draftIn, namesIn, recordedFrom } from '../knowledge/import/recordingSink.ts'
import { dataFolder } from '../support/data.ts'
import { runTool } from '../support/externalTools.ts'

interface GraphNode {
  readonly id: string
  readonly lbl?: string
  readonly type?: string
  readonly meta?: {
    readonly definition?: { readonly val: string }
    readonly synonyms?: readonly {
      readonly val: string
      readonly pred: string
      readonly synonymType?: string
    }[]
    readonly xrefs?: readonly { readonly val: string }[]
    readonly basicPropertyValues?: readonly { readonly pred: string; readonly val: string }[]
    readonly deprecated?: boolean
  }
}

interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly { readonly sub: string; readonly pred: string; readonly obj: string }[]
}

/** The drafts by id, in an order that does not depend on that of the file. */
function comparable(drafts: readonly ConceptDraft[]): unknown[] {
  return drafts
    .map((draft) => ({
      ...draft,
      names: draft.names.map(({ kind, text }) => `${kind}:${text}`).sort(),
      definitions: draft.definitions.map(({ text }) => text),
      parents: [...draft.parents].sort(),
      xrefs: [...draft.xrefs].sort(),
    }))
    .sort((a, b) => (a.id + String(a.xrefs) < b.id + String(b.xrefs) ? -1 : 1))
}

/** The classes of an OBO graph, as they can be written in other formats. */
function classesOf({ nodes, edges }: Graph): (OntologyClass & {
  isObsolete: boolean
  replacedBy: string | undefined
})[] {
  const parents = new Map<string, string[]>()
  for (const { sub, pred, obj } of edges) {
    const parent = curieOfIri(obj)
    if (pred === 'is_a' && parent) parents.set(sub, [...(parents.get(sub) ?? []), parent])
  }
  return nodes.flatMap(({ id, lbl, type, meta }) => {
    const curie = curieOfIri(id)
    if (type !== 'CLASS' || curie === undefined) return []
    const properties = meta?.basicPropertyValues ?? []
    const by = properties.find(({ pred }) => pred.endsWith('IAO_0100001'))?.val
    return {
      id: curie,
      label: lbl ?? '',
      definition: meta?.definition?.val ?? '',
      synonyms: (meta?.synonyms ?? []).map(({ val, pred, synonymType }) => ({
        text: val,
        scope: /has(\w+)Synonym/.exec(pred)![1]!.toLowerCase() as SynonymScope,
        type: synonymType?.split(/[#/]/).at(-1) ?? '',
      })),
      xrefs: (meta?.xrefs ?? []).map(({ val }) => val),
      otherIds: properties.flatMap(({ pred, val }) => (pred.endsWith('hasAlternativeId') ? val : [])),
      parents: parents.get(id) ?? [],
      types: [],
      isObsolete: meta?.deprecated ?? false,
      replacedBy: by && (curieOfIri(by) ?? by),
    }
  })
}

describe('Formats of ontologies', function () {
  this.timeout(300_000)
  let dir: string

  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'kb-formats-'))
  })

  after(() => rmSync(dir, { recursive: true, force: true }))

  const ontology = (name: string): string => join(dataFolder(), 'ontologies', name)
  const unzipped = (name: string): string => {
    const path = join(dir, name.replace(/\.zip$/, ''))
    writeFileSync(path, runTool('unzip', ['-p', ontology(name)], { mend: 'apt-get install -y unzip' }))
    return path
  }

  for (const name of ['hp.json.gz', 'doid_2018-07-05.json.gz', 'ncit-disease_2018-06-08.json.gz'] as const) {
    it(`${name} gives the same as OBO file, OWL in RDF/XML, OWL in N-Triples and OBO graph`, async () => {
      const { graphs } = JSON.parse(gunzipSync(readFileSync(ontology(name))).toString()) as {
        graphs: Graph[]
      }
      const classes = classesOf(graphs[0]!)
      const triples = owlTriples(classes)
      const expected = comparable((await recordedFrom(ontology(name))).concepts)
      const written = [
        ['a.obo.gz', oboText(classes)],
        ['a.owl.gz', rdfXmlText(triples)],
        ['a.nt.gz', nTriplesText(triples)],
        ['a.ttl.gz', `@prefix obo: <${OBO}> .\n${nTriplesText(triples)}`],
      ] as const
      for (const [file, text] of written) {
        const path = join(dir, file)
        writeFileSync(path, gzipSync(text, { level: 1 }))
        const found = await recordedFrom(path)
        assert.deepEqual(found.problems, [], file)
        assert.deepEqual(comparable(found.concepts), expected, file)
      }
    })
  }

  const oboFiles = [
    ['symp.obo.gz', 'SYMP:0000006', 'backache', 'synonym:back pain', '2026-07-30', 880],
    [
      'cl_CRAFT.obo.zip',
      'CL:0001041',
      'CD8-positive, CXCR3-positive, alpha-beta regulatory T cell',
      'synonym:CD8+CXCR3+ Treg',
      '',
      2_000,
    ],
    [
      'uberon_CRAFT.obo.zip',
      'UBERON:0005805',
      'dorsal aorta',
      'synonym:aorta dorsalis',
      '2015-04-23',
      12_900,
    ],
  ] as const

  for (const [name, id, label, synonym, version, least] of oboFiles) {
    it(`${name} is read without a problem`, async () => {
      const found = await recordedFrom(name.endsWith('.zip') ? unzipped(name) : ontology(name))
      assert.deepEqual(found.problems, [])
      assert.ok(found.concepts.length >= least, `${String(found.concepts.length)} concepts`)
      assert.equal(found.sources[0]?.version, version)
      const names = namesIn(draftIn(found, id))
      assert.equal(names[0], `preferred:${label}`)
      assert.ok(names.includes(synonym), names.join('; '))
    })
  }

  it('NIF-GrossAnatomy.ttl.gz says what replaced its retired classes', async () => {
    const found = await recordedFrom(ontology('NIF-GrossAnatomy.ttl.gz'))
    assert.deepEqual(found.problems, [])
    assert.equal(found.sources[0]?.title, 'NIF-Gross Anatomy')
    assert.ok(found.equals.length > 1_200, `${String(found.equals.length)} replaced`)
    assert.ok(found.equals.some(([a, b]) => a === 'BIRNLEX:4' && b === 'UBERON:0000062'))
  })

  const mappings = [
    ['mondo_exactmatch_umls.HEAD.sssom.tsv.gz', 'MONDO:0000004', 'UMLS:C0405580', '2026-08-04', 21_660],
    ['mondo_exactmatch_mesh.HEAD.sssom.tsv.gz', 'MONDO:0000004', 'MESH:D000309', '2026-08-04', 8_181],
    ['hp_exactmatch_umls.sssom.tsv.gz', 'MONDO:0002975', 'UMLS:C0346787', '2021-05-20', 17_718],
  ] as const

  for (const [name, subject, object, version, nMappings] of mappings) {
    it(`${name} calls concepts equal`, async () => {
      const { equals, problems, sources } = await recordedFrom(ontology(name))
      assert.deepEqual(problems, [])
      assert.equal(equals.length, nMappings)
      assert.ok(equals.some(([a, b]) => a === subject && b === object))
      assert.deepEqual(
        [sources[0]?.version, sources[0]?.licence],
        [version, 'https://creativecommons.org/publicdomain/zero/1.0/'],
      )
    })
  }

  it('mesh_id_label_mappings.tsv.gz gives its names back from MeSH XML and from MeSH ASCII', async () => {
    const rows = gunzipSync(readFileSync(ontology('mesh_id_label_mappings.tsv.gz')))
      .toString()
      .split('\n')
    const records = rows.flatMap((row) => {
      const [ui, name, synonyms] = row.split('\t')
      const terms = (synonyms ?? '').split('|').filter((text) => text !== '')
      return ui && name ? { ui, name, terms: terms.map((text) => ({ text, lexicalTag: 'NON' })) } : []
    })
    assert.ok(records.length > 29_000)
    const written = [
      ['desc2024.xml.gz', meshXmlText(records)],
      ['d2024.bin.gz', meshAsciiText(records)],
    ] as const
    for (const [file, text] of written) {
      const path = join(dir, file)
      writeFileSync(path, gzipSync(text, { level: 1 }))
      const { concepts, problems } = await recordedFrom(path)
      assert.deepEqual(problems, [], file)
      assert.deepEqual(
        concepts.map(({ id, names }) => [id, ...names.map(({ text }) => text)]),
        records.map(({ ui, name, terms }) => [
          `MESH:${ui}`,
          ...new Set([name, ...terms.map((term) => term.text)].map(cleaned)),
        ]),
        file,
      )
    }
  })
})
