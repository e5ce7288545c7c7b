import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CancelledError,
  type LanguageModel,
  type LetterAnswer,
  type Logger,
} from '../../../src/core/index.ts'
import { createGenerative } from '../../../src/inference/index.ts'
import { openCausalModel } from '../../../src/inference/engine/generative/causalModel.ts'
import { readGenerativeFolder } from '../../../src/inference/generative/modelFolder.ts'
import { engineScript } from '../../support/engineScript.ts'

/** Made by `conceptlens_recipe.generative_tiny`. */
interface Oracle {
  readonly 'made by': string
  readonly letters: readonly string[]
  readonly models: Readonly<
    Record<
      string,
      {
        readonly letterIds: readonly (readonly number[])[]
        readonly rows: readonly {
          readonly prompt: string
          readonly ids: readonly number[]
          readonly logProbabilities: readonly number[]
          readonly written: string
          readonly nWritten: number
        }[]
      }
    >
  >
}

const oracle = JSON.parse(readFileSync('test/oracle/generative.json', 'utf8')) as Oracle
const { letters } = oracle
const fixture = (name: string): string => join('test/fixtures/tiny-generative', name)
const logger: Logger = { error() {}, warn() {}, info() {}, debug() {} }
const start = (modelDir: string): Promise<LanguageModel> =>
  createGenerative({ modelDir, engineScript: engineScript(), threads: 1, logger })

function assertClose(answer: LetterAnswer | undefined, expected: readonly number[], where: string): void {
  assert.equal(answer?.kind, 'probabilities')
  const found = answer?.kind === 'probabilities' ? answer.logProbabilities : []
  assert.equal(found.length, expected.length)
  found.forEach((value, i) =>
    // The logarithms are closer than the probabilities need be, as some of these are tiny.
    assert.ok(
      Math.abs(value - (expected[i] ?? NaN)) <= 1e-4,
      `${where}, ${letters[i]}: ${value} ≠ ${expected[i]}`,
    ),
  )
}

for (const [name, { rows, letterIds }] of Object.entries(oracle.models)) {
  describe(`generative model, ${name} against ${oracle['made by']}`, () => {
    const questions = rows.map(({ prompt }) => ({ prompt, letters }))
    let model: LanguageModel
    before(async () => {
      model = await start(fixture(name))
    })
    after(() => model.dispose())

    it('reads the same tokens, and knows the tokens of letters', async () => {
      const folder = await readGenerativeFolder(fixture(name))
      const { value } = await openCausalModel(folder, { provider: 'cpu', threads: 1 })
      for (const { prompt, ids } of rows) assert.deepEqual(value.encode(prompt), ids)
      letters.forEach((letter, i) => {
        const known = ['', 'Ġ', '▁'].flatMap((space) => value.idOf(`${space}${letter}`) ?? [])
        assert.deepEqual(
          known.toSorted((a, b) => a - b),
          letterIds[i],
        )
      })
    })

    it('gives the probabilities of letters that transformers gives, one by one and all at once', async () => {
      for (const [i, question] of questions.entries()) {
        const { answers } = await model.choose([question])
        assertClose(answers[0], rows[i]?.logProbabilities ?? [], `alone ${i}`)
      }
      const { answers, usage } = await model.choose(questions)
      answers.forEach((answer, i) => assertClose(answer, rows[i]?.logProbabilities ?? [], `together ${i}`))
      assert.equal(usage.calls, rows.length)
    })

    it('reads what questions begin with once', async () => {
      const ofPassage = questions.slice(0, 3)
      const nTokens = rows.slice(0, 3).map(({ ids }) => ids.length)
      // Another question between, so that nothing is known beforehand but what templates begin with.
      await model.choose(questions.slice(4))
      const { answers, usage } = await model.choose(ofPassage)
      answers.forEach((answer, i) => assertClose(answer, rows[i]?.logProbabilities ?? [], `passage ${i}`))
      const all = nTokens.reduce((a, b) => a + b, 0)
      assert.equal(usage.promptTokens + usage.reusedTokens, all)
      assert.ok(usage.reusedTokens > all / 3, `${usage.reusedTokens} of ${all} tokens were known`)
      const again = await model.choose(ofPassage)
      again.answers.forEach((answer, i) => assertClose(answer, rows[i]?.logProbabilities ?? [], `again ${i}`))
      assert.ok(again.usage.promptTokens < usage.promptTokens, 'the passage is not read again')
    })

    it('writes what transformers writes, whatever was read before', async () => {
      for (const { prompt, written, nWritten } of [...rows, ...rows.toReversed()]) {
        const found = await model.write({ prompt }, 6)
        assert.equal(found.text, written)
        assert.equal(found.usage.writtenTokens, nWritten)
        assert.equal(found.isCut, nWritten === 6)
      }
    })
  })
}

describe('generative model', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conceptlens-generative-'))
    await cp(fixture('qwen2'), folder, { recursive: true })
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('is taken in the precision that there is', async () => {
    assert.equal((await readGenerativeFolder(folder)).precision, 'fp32')
    await rename(join(folder, 'onnx/model.onnx'), join(folder, 'onnx/model_q4.onnx'))
    assert.equal((await readGenerativeFolder(folder)).precision, 'q4')
    await rename(join(folder, 'onnx/model_q4.onnx'), join(folder, 'onnx/other.onnx'))
    await assert.rejects(start(folder), {
      code: 'generative-missing',
      message: /none of model_quantized\.onnx/,
    })
  })

  it('has another fingerprint when its files are others', async () => {
    const before = (await readGenerativeFolder(folder)).fingerprint
    await writeFile(join(folder, 'tokenizer_config.json'), '{"model_max_length": 100}')
    assert.notEqual((await readGenerativeFolder(folder)).fingerprint, before)
  })

  it('ends where its template says, whichever file that stands in', async () => {
    const { endIds } = await readGenerativeFolder(folder)
    await writeFile(join(folder, 'generation_config.json'), '{"eos_token_id": [7, 2]}')
    assert.deepEqual(new Set((await readGenerativeFolder(folder)).endIds), new Set([...endIds, 7, 2]))
  })

  it('that cannot be run says why', async () => {
    await writeFile(join(folder, 'onnx/model.onnx'), 'no graph')
    await assert.rejects(start(folder), { code: 'generative-unfit' })
    await writeFile(join(folder, 'config.json'), '{"model_type": 3}')
    await assert.rejects(start(folder), { code: 'generative-unfit', message: /config\.json.*model_type/ })
    await rm(join(folder, 'tokenizer.json'))
    await assert.rejects(start(folder), {
      code: 'generative-missing',
      message: /tokenizer\.json is not there/,
    })
  })

  it('does not answer a question that is longer than it reads, and answers the others', async () => {
    const path = join(folder, 'config.json')
    const config = JSON.parse(await readFile(path, 'utf8')) as object
    await writeFile(path, JSON.stringify({ ...config, max_position_embeddings: 40 }))
    const model = await start(folder)
    const [long, short] = ['word '.repeat(60), 'A or B?'].map((prompt) => ({ prompt, letters }))
    const { answers, usage } = await model.choose([short!, long!, short!])
    assert.deepEqual(
      answers.map(({ kind }) => kind),
      ['probabilities', 'unanswered', 'probabilities'],
    )
    assert.match(answers[1]?.kind === 'unanswered' ? answers[1].reason : '', /reads at most 40/)
    assert.deepEqual([usage.calls, usage.cutQuestions], [2, 0])
    assert.deepEqual((await model.choose([short!])).answers[0], answers[0])
    const { text, unanswered, usage: none } = await model.write(long!, 5)
    assert.deepEqual([text, none.calls], ['', 0])
    assert.match(unanswered ?? '', /reads at most 40/)
    const { usage: ofWriting, isCut } = await model.write(short!, 1000)
    assert.equal(ofWriting.promptTokens + ofWriting.reusedTokens + ofWriting.writtenTokens, 40)
    assert.ok(isCut, 'what it writes ends with its window')
    await model.dispose()
  })

  it('of 512 tokens reads of a longer text what stands around the mention', async () => {
    const model = await start(fixture('qwen2'))
    const [before, after] = ['Blood pressure fell in some. ', ' was given to all of them.']
    const text = `${before.repeat(60)}Metformin${after.repeat(60)}`
    const question = (shown: string) => ({ prompt: `Text: ${shown}\n\nMetformin: A or B?`, letters })
    const context = { start: 6, end: 6 + text.length, around: 6 + text.indexOf('Metformin') }
    const short = question('Metformin was given.')
    const { answers, usage } = await model.choose([{ ...question(text), context }, short])
    assert.equal(usage.cutQuestions, 1)
    assert.ok(usage.promptTokens + usage.reusedTokens > 500, 'as much as fits is read')
    assert.deepEqual((await model.choose([short])).answers[0], answers[1])
    const written = await model.write({ ...question(text), context }, 4)
    assert.equal(written.unanswered, undefined)
    assert.equal(written.usage.cutQuestions, 1)
    const alone = await model.choose([{ ...question(text), context }])
    assertClose(
      alone.answers[0],
      answers[0]?.kind === 'probabilities' ? answers[0].logProbabilities : [],
      'cut',
    )
    await model.dispose()
  })

  it('stops between passes when nobody wants the answer any more', async () => {
    const model = await start(folder)
    const question = { prompt: oracle.models.qwen2?.rows[0]?.prompt ?? '', letters }
    const token = { isCancellationRequested: false }
    const asking = model.choose(new Array(2000).fill(question), token)
    token.isCancellationRequested = true
    await assert.rejects(asking, CancelledError)
    assert.equal((await model.choose([question])).answers.length, 1)
    await model.dispose()
  })
})
