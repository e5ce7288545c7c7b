import assert from 'node:assert/strict'
import { CancelledError, ConceptLensError } from '../../../src/core/index.ts'
import {
  createLanguageModelServer,
  readServerAddress,
  type LanguageModelServer,
  type LanguageModelServerOptions,
} from '../../../src/network/index.ts'
import {
  answers,
  cut,
  endless,
  json,
  raw,
  says,
  serveLanguageModel,
  silent,
  type Behaviour,
  type LanguageModelDouble,
} from '../../support/languageModelServer.ts'

const QUESTION = {
  messages: [{ role: 'user', content: 'A or B?' }],
  maxTokens: 1,
  nAlternatives: 20,
} as const

describe('server with a language model', () => {
  let double: LanguageModelDouble
  let server: LanguageModelServer

  async function open(
    behaviours: readonly Behaviour[],
    more: Partial<LanguageModelServerOptions> = {},
    models?: readonly string[],
  ): Promise<void> {
    double = await serveLanguageModel(behaviours, models)
    server = createLanguageModelServer({
      address: readServerAddress(double.url, []),
      timeoutMs: 3000,
      ...more,
    })
  }

  afterEach(async () => {
    await server.close()
    await double.close()
  })

  it('is asked for one token and its likeliest alternatives', async () => {
    await open([answers({ A: 0.2, B: 0.7, ' B': 0.1 })])
    const { text, tokens, usage } = await server.chat({ ...QUESTION, thinking: 'off' })
    assert.equal(text, 'B')
    assert.deepEqual(
      tokens?.[0]?.alternatives.map(({ token, logProbability }) => [
        token,
        Math.exp(logProbability).toFixed(3),
      ]),
      [
        ['B', '0.700'],
        ['A', '0.200'],
        [' B', '0.100'],
      ],
    )
    assert.deepEqual(usage, { promptTokens: 100, cachedTokens: 40, completionTokens: 1 })
    assert.deepEqual(double.seen[0]?.body, {
      model: 'tiny',
      messages: QUESTION.messages,
      max_tokens: 1,
      temperature: 0,
      logprobs: true,
      top_logprobs: 20,
      chat_template_kwargs: { enable_thinking: false },
      stream: false,
    })
    assert.equal(double.seen[0]?.path, '/v1/chat/completions')
  })

  it('goes on with a bare text, in the older form of probabilities', async () => {
    await open([answers({ A: 0.6, B: 0.4 })])
    const { tokens, isCut } = await server.complete({ prompt: 'A or B? ', maxTokens: 1, nAlternatives: 5 })
    assert.deepEqual(
      tokens?.[0]?.alternatives.map(({ token }) => token),
      ['A', 'B'],
    )
    assert.equal(isCut, true)
    const { path, body } = double.seen[0]!
    assert.deepEqual([path, body?.prompt, body?.logprobs], ['/v1/completions', 'A or B? ', 5])
  })

  it('may keep its probabilities to itself', async () => {
    await open([says('B')])
    const answer = await server.chat(QUESTION)
    assert.equal(answer.text, 'B')
    assert.equal(answer.tokens, undefined)
  })

  it('may tell probabilities that cannot be', async () => {
    const lie = { content: [{ token: 'B', logprob: 3, top_logprobs: [] }] }
    await open([json(200, { choices: [{ message: { content: 'B' }, logprobs: lie }] })])
    const answer = await server.chat(QUESTION)
    assert.deepEqual([answer.text, answer.tokens], ['B', undefined])
  })

  it('is asked for JSON of a schema', async () => {
    await open([says('{"a": 1}')])
    const schema = { type: 'object' }
    await server.chat({ messages: QUESTION.messages, maxTokens: 50, jsonSchema: schema })
    const format = { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } }
    assert.deepEqual(double.seen[0]?.body?.response_format, format)
  })

  it('gets the key and the name that it was given', async () => {
    await open([says('B')], { key: 'secret', model: 'large' })
    await server.chat(QUESTION)
    assert.equal(double.seen[0]?.headers.authorization, 'Bearer secret')
    assert.equal(double.seen[0]?.body?.model, 'large')
  })

  it('with several models wants the name of one', async () => {
    await open([says('B')], {}, ['small', 'large'])
    await assert.rejects(server.chat(QUESTION), {
      code: 'lm-model',
      message: /several models: small, large\. Name one/,
    })
    assert.equal(double.seen.length, 0)
  })

  it('that does not know a model is asked which it has', async () => {
    await open([json(404, { error: { message: 'model "gone" not found' } })], { model: 'gone' }, ['small'])
    await assert.rejects(server.chat(QUESTION), {
      code: 'lm-request',
      message: /status 404 \(model "gone" not found\)\. It has small\. .*--lm-model/,
    })
  })

  const FAILURES: readonly (readonly [string, Behaviour, string, RegExp])[] = [
    ['wants a key', json(401, { error: 'no' }), 'lm-refused', /CONCEPTLENS_LM_KEY/],
    ['is still loading', json(503, { error: { message: 'Loading model' } }), 'lm-busy', /Loading model/],
    ['has run out of memory', json(500, { error: { message: 'oom' } }), 'lm-failed', /status 500 \(oom\)/],
    ['breaks off', cut, 'lm-cut', /broke off/],
    ['sends a web page', raw('<html>Sign in</html>'), 'lm-answer', /begins with "<html>Sign in/],
    ['sends half of a JSON', raw('{"choices": ['), 'lm-answer', /no completion/],
    ['sends another JSON', json(200, { response: 'B' }), 'lm-answer', /"choices"/],
    ['sends no choices', json(200, { choices: [] }), 'lm-answer', /no completion/],
    ['sends a stream of events', raw('data: {"choices": []}\n\n'), 'lm-answer', /begins with "data:/],
    ['does not stop', endless, 'lm-too-large', /more than the 16 MiB/],
  ]
  for (const [what, behaviour, code, message] of FAILURES)
    it(`says so when it ${what}, and goes on with the next question`, async () => {
      await open([behaviour, says('B')])
      await assert.rejects(server.chat(QUESTION), (error: unknown) => {
        assert.ok(error instanceof ConceptLensError)
        assert.equal(error.code, code)
        assert.match(error.message, message)
        assert.ok(error.message.length < 800, 'a huge answer does not fill the message')
        assert.ok(error.message.includes(double.url))
        return true
      })
      assert.equal((await server.chat(QUESTION)).text, 'B')
    })

  it('does not send text where a redirect leads', async () => {
    const elsewhere = await serveLanguageModel([says('B')])
    try {
      await open([
        (response) => {
          response.writeHead(307, { location: `${elsewhere.url}/chat/completions` })
          response.end()
        },
      ])
      await assert.rejects(server.chat(QUESTION), { code: 'lm-redirect', message: /status 307/ })
      assert.equal(elsewhere.seen.length, 0)
    } finally {
      await elsewhere.close()
    }
  })

  it('that takes too long is left', async () => {
    await open([silent, says('B')], { timeoutMs: 150 })
    await assert.rejects(server.chat(QUESTION), {
      code: 'lm-timeout',
      message: /within 0\.15 s.*--lm-timeout/,
    })
    assert.equal((await server.chat(QUESTION)).text, 'B')
  })

  it('is left when nobody wants the answer any more, so that it can stop writing', async () => {
    await open([silent])
    const token = { isCancellationRequested: false }
    const asking = server.chat(QUESTION, token)
    while (double.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    token.isCancellationRequested = true
    await assert.rejects(asking, CancelledError)
    while (double.seen[0]?.wasLeft !== true) await new Promise((resolve) => setTimeout(resolve, 5))
    await assert.rejects(server.chat(QUESTION, token), CancelledError)
    assert.equal(double.seen.length, 1)
  })

  it('that is not running is told from one that answers wrongly', async () => {
    await open([says('B')])
    await double.close()
    await assert.rejects(server.chat(QUESTION), { code: 'lm-unreachable', message: /Is the server running/ })
  })

  it('on this machine is reached without the proxy of the network', async () => {
    await open([says('B')], { network: { proxy: 'http://127.0.0.1:9' } })
    assert.equal((await server.chat(QUESTION)).text, 'B')
  })
})
