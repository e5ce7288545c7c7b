import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createLibrary,
  folderName,
  type Library,
  type Memory,
} from '../../../src/client/knowledgeBases/library.ts'

function memoryOf(): Memory {
  const values = new Map<string, unknown>()
  return {
    get: <T>(key: string, fallback: T) => (values.get(key) as T | undefined) ?? fallback,
    update: (key, value) => Promise.resolve(void values.set(key, value)),
  }
}

describe('the library of knowledge bases', () => {
  let folder: string
  let root: string
  let library: Library

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conceptlens-library-'))
    root = join(folder, 'storage', 'knowledge-bases')
    library = createLibrary(root, memoryOf())
  })

  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  function make(path: string): string {
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, 'manifest.json'), '{}')
    return path
  }

  const paths = async (active = ''): Promise<string[]> => (await library.list(active)).map(({ path }) => path)

  it('has the starter when there is nothing else', async () => {
    assert.deepEqual(await library.list(''), [{ path: '', place: 'starter' }])
  })

  it('lists what was imported, with its origin, and nothing half-made', async () => {
    const path = await library.newFolder('Lab terms')
    assert.equal(path, join(root, 'lab-terms'))
    make(path)
    make(join(root, '.lab-terms.building-1-deadbeef'))
    mkdirSync(join(root, 'empty'))
    const origin = { name: 'Lab terms', sources: ['/data/lab.csv'], ontologies: ['mondo'] }
    await library.remember(path, origin)
    assert.deepEqual(await library.list(''), [
      { path: '', place: 'starter' },
      { path, place: 'imported', origin },
    ])
    assert.equal(await library.newFolder('Lab terms!'), join(root, 'lab-terms-2'))
  })

  it('lists the active one wherever it lies, once', async () => {
    const path = make(join(folder, 'mine'))
    assert.deepEqual(await paths(path), ['', path])
    assert.deepEqual(await paths(), [''])
    assert.equal(await library.add(path), true)
    assert.equal(await library.add(path), true)
    assert.deepEqual(await paths(), ['', path])
    assert.deepEqual(await paths(path), ['', path])
  })

  it('does not add a folder that is no knowledge base', async () => {
    mkdirSync(join(folder, 'photos'))
    assert.equal(await library.add(join(folder, 'photos')), false)
    assert.deepEqual(await paths(), [''])
  })

  it('deletes what it made, and never what lies elsewhere', async () => {
    const ours = make(await library.newFolder('Ours'))
    await library.remember(ours, { name: 'Ours', sources: [], ontologies: [] })
    const theirs = make(join(folder, 'theirs'))
    await library.add(theirs)
    await library.remove(ours)
    await library.remove(theirs)
    await library.remove(root)
    await library.remove(folder)
    assert.deepEqual(await paths(), [''])
    assert.equal(existsSync(ours), false)
    assert.equal(existsSync(join(root, 'ours.origin.json')), false)
    assert.ok(existsSync(join(theirs, 'manifest.json')))
    assert.ok(existsSync(root))
  })

  it('knows what was begun, and forgets what did not come to be', async () => {
    assert.equal(await library.hasBegun(), false)
    const path = await library.newFolder('Lab')
    const filters = { languages: ['ENG'], groups: ['DISO'], suppressible: false }
    const origin = { name: 'Lab', sources: ['/data/umls'], ontologies: [], filters }
    await library.remember(path, origin)
    mkdirSync(join(root, '.lab.building-1-deadbeef'))
    assert.equal(await library.hasBegun(), true)
    assert.deepEqual(await library.originOf(path), origin)
    assert.deepEqual(await paths(), [''])
    make(path)
    await library.forgetUnmade(path)
    assert.deepEqual(await library.originOf(path), origin)
    rmSync(path, { recursive: true })
    await library.forgetUnmade(path)
    assert.equal(await library.originOf(path), undefined)
  })

  it('goes on without an origin that cannot be read', async () => {
    const path = make(await library.newFolder('Odd'))
    writeFileSync(join(root, 'odd.origin.json'), '{"name": "Odd"')
    assert.deepEqual((await library.list(''))[1], { path, place: 'imported' })
  })

  it('names folders so that every file system takes them', () => {
    assert.equal(folderName('Mondo + HPO: 2026/01'), 'mondo-hpo-2026-01')
    assert.equal(folderName('Überlänge'), 'uberlange')
    assert.equal(folderName('日本'), 'knowledge-base')
    assert.equal(folderName('../..'), 'knowledge-base')
  })
})
