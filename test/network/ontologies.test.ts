import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import {
  acceptedLicences,
  acceptLicences,
  createHttp,
  getOntologies,
  ontologiesByIds,
  openOntologies,
  type OpenOntology,
} from '../../src/network/index.ts'
import { serveAnswers } from '../support/loopbackServer.ts'

const KNOWN = openOntologies(2026)

describe('open ontologies', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conceptlens-ontologies-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('are the eight that are promised, each over https with a licence and files of its own', () => {
    assert.equal(KNOWN.map(({ id }) => id).join(' '), 'mondo hpo doid go uberon cl chebi mesh')
    const files = KNOWN.flatMap((ontology) => ontology.files)
    assert.equal(new Set(files.map(({ name }) => name)).size, files.length)
    for (const url of [...files.flatMap(({ urls }) => urls), ...KNOWN.map(({ licence }) => licence.url)])
      assert.match(url, /^https:\/\//)
  })

  it('try the MeSH of this year, then that of the last', () => {
    const [mesh] = ontologiesByIds(KNOWN, ['MeSH'])
    assert.deepEqual(
      mesh?.files[0]?.urls.map((url) => basename(url)),
      ['desc2026.gz', 'desc2025.gz'],
    )
  })

  it('are found by their ids; unknown ones are named with those that are known', () => {
    assert.deepEqual(
      ontologiesByIds(KNOWN, ['go', 'HPO', 'go']).map(({ id }) => id),
      ['go', 'hpo'],
    )
    assert.throws(() => ontologiesByIds(KNOWN, ['snomed']), /no open ontology snomed.*mondo, hpo/)
  })

  it('remember an accepted licence until it is another one', async () => {
    const [mondo, hpo] = ontologiesByIds(KNOWN, ['mondo', 'hpo'])
    assert.ok(mondo && hpo)
    assert.deepEqual([...(await acceptedLicences(folder, KNOWN))], [])
    await acceptLicences(folder, [mondo])
    await acceptLicences(folder, [hpo])
    assert.deepEqual([...(await acceptedLicences(folder, KNOWN))], ['mondo', 'hpo'])
    const changed: OpenOntology = { ...mondo, licence: { name: 'New', url: 'https://example.org/new' } }
    assert.deepEqual([...(await acceptedLicences(folder, [changed, hpo]))], ['hpo'])
    writeFileSync(join(folder, 'accepted-licences.json'), '{"mondo":')
    assert.deepEqual([...(await acceptedLicences(folder, KNOWN))], [])
  })

  it('are downloaded file by file, each told of under its title', async () => {
    const server = await serveAnswers(
      (response) => response.end('[Term]\nid: A:1\n'),
      (response) => response.end('[Term]\nid: B:1\n'),
    )
    const http = createHttp({ noProxy: '127.0.0.1' })
    const ontology = (id: string): OpenOntology => ({
      ...{ id, title: `The ${id}`, about: '', licence: { name: '', url: '' } },
      files: [{ name: `${id}.obo`, urls: [`${server.url}/${id}.obo`], aboutBytes: 100 }],
    })
    const heard: string[] = []
    try {
      const paths = await getOntologies({
        ...{ http, folder, ontologies: [ontology('a'), ontology('b')] },
        progress: (title) => ({ report: (done) => void (done > 0 && heard.push(`${title} ${done}`)) }),
      })
      assert.deepEqual(paths, [join(folder, 'a.obo'), join(folder, 'b.obo')])
      assert.match(readFileSync(paths[1] ?? '', 'utf8'), /B:1/)
      assert.deepEqual(heard, ['The a 15', 'The b 15'])
    } finally {
      await http.close()
      await server.close()
    }
  })
})
