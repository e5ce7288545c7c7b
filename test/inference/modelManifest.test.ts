import assert from 'node:assert/strict'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fingerprintOf, readManifest, verifyModel } from '../../src/inference/modelManifest.ts'

const TINY = 'test/fixtures/tiny-linker'

describe('modelManifest', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'conceptlens-model-'))
    for (const file of ['manifest.json', 'encoder.onnx', 'vocab.txt', 'features.json'])
      await copyFile(join(TINY, file), join(dir, file))
  })
  afterEach(() => rm(dir, { recursive: true }))

  /** Changes the manifest as JSON text. */
  async function edit(change: (text: string) => string): Promise<void> {
    const path = join(dir, 'manifest.json')
    await writeFile(path, change(await readFile(path, 'utf8')))
  }

  it('reads and verifies a sound model', async () => {
    const manifest = await readManifest(dir)
    assert.equal(manifest.name, 'tiny-linker')
    assert.equal(manifest.architecture.layers, 2)
    await verifyModel(dir, manifest)
  })

  it('names the file that is missing', async () => {
    const manifest = await readManifest(dir)
    await rm(join(dir, 'encoder.onnx'))
    await assert.rejects(verifyModel(dir, manifest), { code: 'model-missing', message: /encoder\.onnx/ })
    await assert.rejects(readManifest(join(dir, 'elsewhere')), {
      code: 'model-missing',
      message: /manifest\.json/,
    })
  })

  it('sees a single changed byte', async () => {
    const path = join(dir, 'encoder.onnx')
    const bytes = await readFile(path)
    bytes[1000] = (bytes[1000] ?? 0) ^ 1
    await writeFile(path, bytes)
    const manifest = await readManifest(dir)
    await assert.rejects(verifyModel(dir, manifest), {
      code: 'model-damaged',
      message: /encoder\.onnx has SHA-256/,
    })
  })

  const damages: readonly (readonly [string, (text: string) => string, string, RegExp])[] = [
    ['text that is not JSON', (text) => text.slice(0, 50), 'model-manifest-damaged', /is not JSON/],
    [
      'a field of the wrong kind',
      (text) => text.replace('"layers": 2', '"layers": "2"'),
      'model-manifest-invalid',
      /architecture\.layers/,
    ],
    [
      'a missing field',
      (text) => text.replace('"temperature"', '"temprature"'),
      'model-manifest-invalid',
      /temperature/,
    ],
    [
      'sizes that do not fit',
      (text) => text.replace('"headDim": 8', '"headDim": 9'),
      'model-manifest-invalid',
      /36, but hidden is 32/,
    ],
    [
      'a file outside the folder',
      (text) => text.replace('"vocab.txt"', '"../vocab.txt"'),
      'model-manifest-invalid',
      /plain file name/,
    ],
    [
      'no hash of the graph',
      (text) => text.replace('"encoder.onnx"', '"other.onnx"'),
      'model-manifest-invalid',
      /no entry for encoder\.onnx/,
    ],
    [
      'a none column inside a head',
      (text) => text.replace('"noneOffset": 38', '"noneOffset": 37'),
      'model-manifest-invalid',
      /column of the head/,
    ],
  ]
  for (const [what, change, code, message] of damages)
    it(`refuses ${what}`, async () => {
      await edit(change)
      await assert.rejects(readManifest(dir), { name: 'ConceptLensError', code, message })
    })

  it('has a fingerprint that changes with a file', async () => {
    const before = fingerprintOf(await readManifest(dir))
    await edit((text) => text.replace(/("vocab\.txt": ")[0-9a-f]/, '$10'))
    const after = fingerprintOf(await readManifest(dir))
    assert.notEqual(before, after)
  })
})
