import assert from 'node:assert/strict'
import { readLetter, type LanguageModel } from '../../../src/core/index.ts'
import {
  createLanguageModelServer,
  createServerModel,
  readServerAddress,
} from '../../../src/network/index.ts'
import {
  answers,
  cut,
  json,
  says,
  serveLanguageModel,
  type Behaviour,
  type LanguageModelDouble,
} from '../../support/languageModelServer.ts'

const letters = ['A', 'B', 'C']

describe('server as a model that chooses letters', () => {
  let double: LanguageModelDouble
  let model: LanguageModel

  async function open(...behaviours: readonly Behaviour[]): Promise<void> {
    double = await serveLanguageModel(behaviours)
    model = createServerModel(
      createLanguageModelServer({ address: readServerAddress(double.url, []), model: 'tiny' }),
    )
  }

  afterEach(async () => {
    await model.dispose()
    await double.close()
  })

  it('adds up the tokens that are a letter, and knows nothing of those that are not told', async () => {
    await open(answers({ B: 0.5, ' B': 0.25, A: 0.125, The: 0.0625 }))
    const { answers: found, usage } = await model.choose([{ prompt: 'one', letters }])
    const [answer] = found
    assert.equal(answer?.kind, 'probabilities')
    const probabilities = answer?.kind === 'probabilities' ? answer.logProbabilities.map(Math.exp) : []
    assert.deepEqual(
      probabilities.map((value) => value.toFixed(4)),
      ['0.1250', '0.7500', '0.0000'],
    )
    assert.deepEqual(usage, {
      calls: 1,
      promptTokens: 60,
      reusedTokens: 40,
      writtenTokens: 1,
      cutQuestions: 0,
    })
    assert.equal(model.name, 'tiny')
  })

  it('takes the letter alone from a server that tells no probabilities', async () => {
    await open(says('B'), says('**C**'), says('Dear me'), says('D'))
    const { answers: found } = await model.choose(letters.concat('D').map((prompt) => ({ prompt, letters })))
    assert.deepEqual(found, [
      { kind: 'letter', letter: 'B' },
      { kind: 'letter', letter: 'C' },
      { kind: 'other', text: 'Dear me' },
      { kind: 'other', text: 'D' },
    ])
    assert.deepEqual(
      double.seen.map(({ body }) => body?.messages?.[0]?.content),
      ['A', 'B', 'C', 'D'],
    )
  })

  it('says so when letters that are not among the options are all that it tells of', async () => {
    await open(answers({ X: 0.9, Y: 0.1 }))
    assert.deepEqual((await model.choose([{ prompt: 'one', letters }])).answers, [
      { kind: 'other', text: 'X' },
    ])
  })

  it('leaves a question out that the server refuses, and fails when it refuses all', async () => {
    const refusal = json(400, { error: { message: 'exceeds the context' } })
    await open(refusal, answers({ A: 1 }), refusal, refusal)
    const questions = ['one', 'two'].map((prompt) => ({ prompt, letters }))
    const { answers: found, usage } = await model.choose(questions)
    assert.deepEqual(
      found.map(({ kind }) => kind),
      ['unanswered', 'probabilities'],
    )
    assert.match(found[0]?.kind === 'unanswered' ? found[0].reason : '', /exceeds the context/)
    assert.equal(usage.calls, 1)
    await assert.rejects(model.choose(questions), { code: 'lm-request' })
  })

  it('fails as a whole when the server does', async () => {
    await open(answers({ A: 1 }), json(500, {}))
    await assert.rejects(
      model.choose([
        { prompt: 'one', letters },
        { prompt: 'two', letters },
      ]),
      { code: 'lm-failed' },
    )
  })

  it('writes', async () => {
    await open(says('kidney failure'))
    const { text, isCut, usage } = await model.write({ prompt: 'expand' }, 20)
    assert.deepEqual([text, isCut], ['kidney failure', false])
    assert.deepEqual(usage, {
      calls: 1,
      promptTokens: 100,
      reusedTokens: 0,
      writtenTokens: 5,
      cutQuestions: 0,
    })
    assert.equal(double.seen[0]?.body?.max_tokens, 20)
  })

  it('says when it was cut off, and when the server refuses one prompt; fails when the server does', async () => {
    const cutOff = { choices: [{ finish_reason: 'length', message: { content: 'kidney' } }] }
    const refusal = json(400, { error: { message: 'exceeds the context' } })
    await open(json(200, cutOff), refusal, json(500, {}), cut)
    assert.equal((await model.write({ prompt: 'expand' }, 1)).isCut, true)
    const { text, unanswered } = await model.write({ prompt: 'expand' }, 1)
    assert.equal(text, '')
    assert.match(unanswered ?? '', /exceeds the context/)
    await assert.rejects(model.write({ prompt: 'expand' }, 1), { code: 'lm-failed' })
    await assert.rejects(model.write({ prompt: 'expand' }, 1), { code: 'lm-cut' })
  })
})

describe('letter in a text', () => {
  it('is its first word', () => {
    for (const text of ['B', ' B\n', '(B)', 'B. asthma', '**B**', '"B"'])
      assert.deepEqual(readLetter(text, letters), { kind: 'letter', letter: 'B' }, text)
    for (const text of ['', 'b', 'Because', 'The answer is B', 'B2', 'E'])
      assert.equal(readLetter(text, letters).kind, 'other', text)
  })
})
