import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from '../../../src/core/index.ts'
import { createGliner, type Gliner } from '../../../src/inference/index.ts'
import { engineScript } from '../../support/engineScript.ts'

const FIXTURE = 'test/fixtures/tiny-gliner'
const logger: Logger = { error() {}, warn() {}, info() {}, debug() {} }
const TEXT = 'HeLa cells were cultured in RPMI-1640.'
const LABELS = [
  { label: 'cell line', threshold: 0.2 },
  { label: 'assay', threshold: 0.6 },
]

describe('createGliner', () => {
  let scratch: string
  const opened: Gliner[] = []

  async function start(modelDir: string): Promise<Gliner> {
    const cacheFolder = join(scratch, 'labels')
    const gliner = await createGliner({ modelDir, cacheFolder, engineScript: engineScript(), logger })
    opened.push(gliner)
    return gliner
  }

  /** A copy of a fixture with a change to its configuration, or without a file. */
  async function variant(change: object, without?: string): Promise<string> {
    const dir = await mkdtemp(join(scratch, 'model-'))
    await cp(join(FIXTURE, 'bi-span'), dir, { recursive: true })
    const path = join(dir, 'gliner_config.json')
    await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...change }))
    if (without !== undefined) await rm(join(dir, without))
    return dir
  }

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'conceptlens-gliner-'))
  })
  after(async () => {
    await Promise.all(opened.map((one) => one.dispose()))
    await rm(scratch, { recursive: true })
  })

  it('embeds labels once, keeps them on disk by model, and takes them from there', async () => {
    const gliner = await start(join(FIXTURE, 'bi-span'))
    assert.equal(gliner.info.architecture, 'bi-span')
    const [first, again] = await Promise.all([gliner.spans(TEXT, LABELS), gliner.spans(TEXT, LABELS)])
    assert.ok(first.length > 0)
    assert.deepEqual(again, first)
    const file = join(scratch, 'labels', `${gliner.info.fingerprint}.jsonl`)
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as [string])[0]),
      ['cell line', 'assay'],
    )
    // A damaged line is passed over; the other's vector is exchanged, which shows that it is used.
    const swapped = JSON.stringify(['assay', (JSON.parse(lines[0] ?? '') as string[])[1]])
    await writeFile(file, `not JSON\n${lines[0]}\n${swapped}\n`)
    const later = await start(join(FIXTURE, 'bi-span'))
    const same = [LABELS[0]!, { label: 'assay', threshold: 0.2 }]
    const spans = await later.spans(TEXT, same)
    const of = (label: string) => spans.filter((one) => one.label === label).map((one) => one.probability)
    assert.deepEqual(of('assay'), of('cell line'))
  })

  it('asks nothing when no type is named, and a uni-encoder without vectors', async () => {
    const gliner = await start(join(FIXTURE, 'uni-span'))
    assert.deepEqual(await gliner.spans(TEXT, []), [])
    assert.ok((await gliner.spans(TEXT, LABELS)).length > 0)
    const { fingerprint } = gliner.info
    assert.ok(!(await readdir(join(scratch, 'labels'))).includes(`${fingerprint}.jsonl`))
  })

  const refusals: readonly (readonly [string, object, string | undefined, RegExp])[] = [
    ['a missing graph', {}, 'model.onnx', /model.onnx .* cannot be read .* A model is a folder with/],
    ['a bi-encoder without its encoder of labels', {}, 'labels_encoder.onnx', /labels_encoder.onnx/],
    ['another splitter', { words_splitter_type: 'spacy' }, undefined, /"spacy"; allowed is "whitespace"/],
    ['fused labels', { post_fusion_schema: 'l2l' }, undefined, /"l2l"; labels must not depend/],
    ['relations', { relations_layer: 'dot' }, undefined, /relations_layer is set/],
    ['no width', { max_width: 0 }, undefined, /max_width/],
    ['a width that the graph has not', { max_width: 9 }, undefined, /model.onnx .* Take another model/s],
  ]
  for (const [what, change, without, message] of refusals)
    it(`refuses ${what} and says what to do`, async () => {
      await assert.rejects(start(await variant(change, without)), message)
    })

  it('refuses a folder without a model', async () => {
    await assert.rejects(start(scratch), /gliner_config.json .* export the checkpoint as the manual says/)
  })
})
