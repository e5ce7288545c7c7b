import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from '../../../src/core/index.ts'
import {
  createTokenClassifier,
  type Aggregation,
  type TokenClassifier,
} from '../../../src/inference/index.ts'
import {
  classifierDigest,
  readClassifierConfig,
} from '../../../src/inference/tokenClassification/classifierConfig.ts'
import { engineScript } from '../../support/engineScript.ts'

const FIXTURES = 'test/fixtures/tiny-token-classification'
const logger: Logger = { error() {}, warn() {}, info() {}, debug() {} }
const digestOf = async (dir: string) => classifierDigest(await readClassifierConfig(dir))
const TEXT = 'TGF-β1 and IL_6 levels rose after naïve T cells met the antigen.'

describe('createTokenClassifier', () => {
  let scratch: string
  const opened: TokenClassifier[] = []

  async function start(modelDir: string, aggregation?: Aggregation): Promise<TokenClassifier> {
    const asked = aggregation === undefined ? {} : { aggregation }
    const classifier = await createTokenClassifier({
      modelDir,
      engineScript: engineScript(),
      logger,
      ...asked,
    })
    opened.push(classifier)
    return classifier
  }

  /** A copy of a fixture with a file that a function changes; `undefined` takes the file away. */
  async function variant(name: string, file: string, change?: (text: string) => string): Promise<string> {
    const dir = await mkdtemp(join(scratch, 'model-'))
    await cp(join(FIXTURES, name), dir, { recursive: true })
    const path = join(dir, file)
    if (change) await writeFile(path, change(await readFile(path, 'utf8')))
    else await rm(path)
    return dir
  }

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'conceptlens-token-classification-'))
  })
  after(async () => {
    await Promise.all(opened.map((one) => one.dispose()))
    await rm(scratch, { recursive: true })
  })

  it('says what it is, and finds entities in a process of its own', async () => {
    const classifier = await start(join(FIXTURES, 'bert-cased-bio'))
    const { scheme, types, aggregation, name } = classifier.info
    assert.deepEqual([name, scheme, aggregation], ['bert-cased-bio', 'BIO', 'first'])
    assert.deepEqual(types, ['Disease', 'Chemical', 'Gene'])
    const spans = await classifier.spans(TEXT)
    assert.ok(spans.length > 0)
    assert.ok(spans.every(({ label, probability }) => types.includes(label) && probability > 0))
    assert.deepEqual(await classifier.spans(''), [])
    await assert.rejects(classifier.spans(TEXT, { isCancellationRequested: true }), /Cancelled/)
  })

  it('joins pieces as they are where the tokenizer does not know words, unless told otherwise', async () => {
    const [simple, average] = await Promise.all([
      start(join(FIXTURES, 'roberta-io')),
      start(join(FIXTURES, 'roberta-io'), 'average'),
    ])
    assert.equal(simple.info.aggregation, 'simple')
    assert.equal(average.info.aggregation, 'average')
    assert.notEqual(simple.info.fingerprint, average.info.fingerprint)
    assert.notDeepEqual(await simple.spans(TEXT), await average.spans(TEXT))
  })

  it('changes its fingerprint with any of its files', async () => {
    const name = 'bert-uncased-bioes'
    const changed = await variant(name, 'vocab.txt', (text) => text.replace('##s\n', '##ß\n'))
    assert.notEqual(await digestOf(changed), await digestOf(join(FIXTURES, name)))
    assert.equal(await digestOf(join(FIXTURES, name)), await digestOf(join(FIXTURES, name)))
  })

  const json = (change: object) => (text: string) =>
    JSON.stringify({ ...(JSON.parse(text) as object), ...change })
  const refusals: readonly (readonly [string, string, ((text: string) => string) | undefined, RegExp])[] = [
    ['a missing configuration', 'config.json', undefined, /config.json cannot be read .* is a folder with/],
    ['a missing graph', 'model.onnx', undefined, /model.onnx cannot be read/],
    ['a missing tokenizer', 'tokenizer.json', undefined, /tokenizer.json cannot be read/],
    ['JSON that is none', 'config.json', () => '{', /it is not JSON/],
    ['labels without names', 'config.json', json({ id2label: { 0: 'LABEL_0', 1: 'LABEL_1' } }), /they have no names/],
    ['other labels than the graph has', 'config.json', json({ id2label: { 0: 'O', 1: 'Gene' } }), /model.onnx .* shape \[1,\d+,7\], not \[1,\d+,2\]/],
    ['no place for a text', 'config.json', json({ max_position_embeddings: 0.5 }), /would read 0.5 word pieces/],
    ['another tokenizer', 'tokenizer.json', json({ pre_tokenizer: { type: 'Whitespace' } }), /splits text by "Whitespace"; allowed are/],
    ['a graph that is none', 'model.onnx', () => 'no graph', /model.onnx .* Take another model/s],
  ] // prettier-ignore
  for (const [what, file, change, message] of refusals)
    it(`refuses ${what} and says what to do`, async () => {
      await assert.rejects(start(await variant('bert-cased-bio', file, change)), message)
    })
})
