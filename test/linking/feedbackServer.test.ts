import assert from 'node:assert/strict'
import { createLinker } from '../../src/linking/index.ts'
import { createLanguageModelServer, createServerModel, readServerAddress } from '../../src/network/index.ts'
import { asking, engine, KB, linkOf, logger, parse, warnings } from '../support/feedback.ts'
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
  type SeenByModel,
} from '../support/languageModelServer.ts'
import { pipelineWith } from '../support/pipeline.ts'

describe('feedback by a language model behind a server', () => {
  const isWriting = ({ body }: SeenByModel): boolean =>
    body?.messages?.[0]?.content.includes('Write 3 other names') === true
  /** Links the text by a server that chooses the first option, and writes names as told. */
  async function linkedBy(writes: Behaviour) {
    const behave: Behaviour = (response, seen) =>
      (isWriting(seen) ? writes : answers({ A: 0.9, B: 0.05 }))(response, seen)
    const double = await serveLanguageModel([behave])
    const address = readServerAddress(double.url, [])
    const model = createServerModel(createLanguageModelServer({ address, model: 'tiny', timeoutMs: 300 }))
    try {
      return { linked: await asking(model).link(parse()), seen: double.seen }
    } finally {
      await model.dispose()
      await double.close()
    }
  }
  const plain = () => createLinker({ knowledgeBase: KB, engine, logger }, pipelineWith()).link(parse())

  beforeEach(() => warnings.splice(0))

  it('asks for so many tokens, and takes the first of the names', async () => {
    const { linked, seen } = await linkedBy(says('cardiac infarct'))
    assert.equal(seen.find(isWriting)?.body?.max_tokens, 80)
    assert.ok(linkOf(linked, 'zzyzx').candidates.some(({ id }) => id === 'H:1'))
  })

  for (const [what, writes, words] of [
    ['does not answer', silent, /does not answer.*within 0\.3 s/],
    ['breaks off', cut, /does not answer.*broke off/],
    ['never ends', endless, /does not answer/],
    ['sends something else', raw('<html>'), /does not answer.*no completion/],
    ['fails', json(500, {}), /does not answer.*status 500/],
  ] as const)
    it(`keeps the first links when it ${what}, and is not asked again`, async () => {
      const { linked, seen } = await linkedBy(writes)
      assert.deepEqual(linked.passages, (await plain()).passages)
      assert.deepEqual([seen.length, warnings.length], [1, 1])
      assert.match(warnings[0] ?? '', words)
    })

  for (const [what, writes] of [
    ['refuses to write', json(400, { error: { message: 'exceeds the context' } })],
    ['writes nothing', says('')],
    ['writes far too much', says('word '.repeat(200_000))],
    ['writes the mention again and again', says('coronary attack\n'.repeat(1000))],
    ['thinks without end', says(`<think>${'cardiac infarct\n'.repeat(100)}`)],
  ] as const)
    it(`has it choose among the candidates that there are when it ${what}`, async () => {
      const { linked } = await linkedBy(writes)
      const { candidates } = linkOf(linked, 'coronary attack')
      assert.ok(candidates.length > 0 && !candidates.some(({ id }) => id === 'H:1'))
      assert.equal(linkOf(linked, 'coronary attack').chosenBy, 'language-model')
    })
})
