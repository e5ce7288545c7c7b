import assert from 'node:assert/strict'
import type { StatusParams } from '../../src/protocol/index.ts'
import { byText, letterModel, optionsOf } from '../support/letterModel.ts'
import { editorsOfSuite } from './editor.ts'
import { PAPER } from './paper.ts'

const ASKS_ALL = { below: 1, mostMentions: 10, orders: 1 }

/** Thinks that a cold is a temperature. */
const physicist = () => letterModel(byText((option) => (option.includes('Cold Temperature') ? 9 : 1)))

/** The status tells what asking has cost. */
const wasAsked = ({ languageModel }: StatusParams): boolean =>
  languageModel?.startsWith('Language model: ') === true

describe('language models in the server', () => {
  const { openPaper } = editorsOfSuite()

  it('are asked about uncertain mentions, and their answers take the place of the first ones', async () => {
    const languageModel = physicist()
    const settings = { generative: { use: 'folder', ...ASKS_ALL } }
    const [without, with_] = [await openPaper(), await openPaper({ languageModel, settings })]
    assert.ok((await without.hints(PAPER)).includes('cold→C0009443'))
    assert.ok((await with_.hints(PAPER)).includes('cold→C0009264'))
    assert.match((await with_.hover(PAPER, 'cold')) ?? '', /· \d\d % · chosen by the language model\n/)
    const question = languageModel.calls[0]?.[0]
    assert.match(question?.prompt ?? '', /Text: The cold was bad\. Asthma and asthma came\./)
    assert.equal(optionsOf(question!).at(-1), 'None of the above')
    const status = with_.statuses.findLast(({ document }) => document?.state === 'linked')
    assert.match(
      status?.languageModel ?? '',
      /^Language model: \d+ questions?, \d+ tokens read, \d+\.\d\u00a0s\.$/,
    )
    assert.ok(without.statuses.every((one) => one.languageModel === undefined))
  })

  it('are asked nothing again but what an edit changed', async () => {
    const languageModel = physicist()
    const editor = await openPaper({
      languageModel,
      settings: { generative: { use: 'folder', ...ASKS_ALL } },
    })
    const nBefore = languageModel.calls.length
    await editor.edit(PAPER, 'was bad', 'was awful')
    await editor.settled(PAPER)
    assert.deepEqual(
      languageModel.calls
        .slice(nBefore)
        .map((questions) => /Text: (\w+ \w+)/.exec(questions[0]?.prompt ?? '')?.[1]),
      ['The cold'],
    )
  })

  it('that fail lose nothing, and are told of once', async () => {
    const failing = letterModel(() => {
      throw new Error('out of memory')
    })
    const settings = { generative: { use: 'folder', ...ASKS_ALL } }
    const [without, with_] = [await openPaper(), await openPaper({ languageModel: failing, settings })]
    assert.deepEqual(await with_.hints(PAPER), await without.hints(PAPER))
    assert.deepEqual(
      with_.shown.filter((message) => message.includes('language model')),
      [
        'ConceptLens: The language model does not answer, so links stay as they were without it: out of memory',
      ],
    )
    assert.equal(failing.calls.length, 1, 'it is left alone for a while')
  })

  it('that cannot be opened are told of, and links are made without them', async () => {
    const editor = await openPaper({ settings: { generative: { use: 'folder' } } })
    assert.match(
      editor.shown.join('\n'),
      /not asked: There is no such language model\. Links are made without it/,
    )
    assert.ok((await editor.hints(PAPER)).length > 0)
  })

  it('on another machine get text only after a yes', async () => {
    const settings = {
      generative: { use: 'server', ...ASKS_ALL },
      languageModel: { server: 'https://gpu.example.org/v1', allowedHosts: ['gpu.example.org'] },
    }
    const [refused, allowed] = [physicist(), physicist()]
    const no = await openPaper({ languageModel: refused, settings })
    await no.settled(PAPER)
    assert.match(no.shown.join('\n'), /would be sent to the language model on gpu\.example\.org\. Send them/)
    assert.match(no.shown.join('\n'), /you did not allow.* run “ConceptLens: Restart Server”/)
    assert.match(no.statuses.at(-1)?.languageModel ?? '', /is not asked, as you did not allow/)
    assert.equal(refused.calls.length, 0)
    const yes = await openPaper({ languageModel: allowed, settings, presses: ['Send Text'] })
    await yes.until(wasAsked)
    await yes.settled(PAPER)
    assert.ok((await yes.hints(PAPER)).includes('cold→C0009264'))
    assert.equal(yes.shown.length, 1)
  })

  it('on another machine keep no links waiting while the person is asked', async () => {
    const settings = {
      generative: { use: 'server', ...ASKS_ALL },
      languageModel: { server: 'https://gpu.example.org/v1', allowedHosts: ['gpu.example.org'] },
    }
    let answer: (title: string) => void = () => assert.fail('nobody was asked')
    const presses = [new Promise<string>((resolve) => (answer = resolve))]
    const editor = await openPaper({ languageModel: physicist(), settings, presses })
    assert.ok((await editor.hints(PAPER)).includes('cold→C0009443'))
    const status = editor.statuses.at(-1)
    assert.deepEqual([status?.server, status?.message], ['ready', undefined])
    assert.match(status?.languageModel ?? '', /not asked before you answer/)
    answer('Send Text')
    await editor.until(wasAsked)
    await editor.settled(PAPER)
    assert.ok((await editor.hints(PAPER)).includes('cold→C0009264'))
  })

  it('on another machine are asked about once in a session, whatever else is set', async () => {
    const languageModel = { server: 'https://gpu.example.org/v1', allowedHosts: ['gpu.example.org'] }
    const settings = { generative: { use: 'server', ...ASKS_ALL }, languageModel }
    const editor = await openPaper({ languageModel: physicist(), settings })
    await editor.settled(PAPER)
    const nShown = editor.shown.length
    await editor.configure({
      ...settings,
      languageModel: { ...languageModel, timeout: 5 },
      inlayHints: { label: 'name' },
    })
    await editor.settled(PAPER)
    assert.equal(editor.shown.length, nShown)
    await editor.configure({ ...settings, generative: { use: 'off' } })
    await editor.settled(PAPER)
    assert.equal(editor.statuses.at(-1)?.languageModel, undefined)
  })

  it('on another machine that settings do not name are not even asked about', async () => {
    const languageModel = physicist()
    const settings = {
      generative: { use: 'server' },
      languageModel: { server: 'https://gpu.example.org/v1' },
    }
    const editor = await openPaper({ languageModel, settings, presses: ['Send Text'] })
    assert.match(editor.shown.join('\n'), /gpu\.example\.org is another machine/)
    assert.equal(languageModel.calls.length, 0)
  })

  it('on this machine need no yes', async () => {
    const languageModel = physicist()
    const settings = {
      generative: { use: 'server', ...ASKS_ALL },
      languageModel: { server: 'http://127.0.0.1:11434' },
    }
    const editor = await openPaper({ languageModel, settings })
    assert.ok((await editor.hints(PAPER)).includes('cold→C0009264'))
    assert.deepEqual(editor.shown, [])
  })

  it('of the editor are asked through it, after a yes, and answer with a letter', async () => {
    const asked: string[] = []
    const settings = { generative: { use: 'editor', editorModel: 'double', ...ASKS_ALL } }
    const editor = await openPaper({
      settings,
      presses: ['Send Text'],
      editorModel({ model, prompts }) {
        asked.push(model)
        const letterIn = (prompt: string): string =>
          /\n([A-K])\. .*Cold Temperature/.exec(prompt)?.[1] ?? 'None'
        return { name: 'Double', answers: prompts.map(letterIn) }
      },
    })
    await editor.until(wasAsked)
    await editor.settled(PAPER)
    assert.ok((await editor.hints(PAPER)).includes('cold→C0009264'))
    assert.deepEqual(new Set(asked), new Set(['double']))
    assert.match(
      editor.shown[0] ?? '',
      /would be sent to the editor’s language model \(double\), which may run elsewhere/,
    )
  })

  it('of the editor that cannot be asked say why', async () => {
    const settings = { generative: { use: 'editor', ...ASKS_ALL } }
    const problem = await openPaper({
      settings,
      presses: ['Send Text'],
      editorModel: () => ({ problem: 'The editor offers no language model.' }),
    })
    await problem.settled(PAPER)
    assert.match(problem.shown.join('\n'), /does not answer.*: The editor offers no language model/)
    const none = await openPaper({ settings })
    assert.match(none.shown.join('\n'), /This editor offers no language models/)
  })

  it('write other names where settings say so, in the editor’s case no more than is wanted', async () => {
    const languageModel = letterModel(
      byText((option) => (option.includes('metformin') ? 9 : 1)),
      (prompt) => (prompt.includes('**cold**') ? '1. Metformin' : ''),
    )
    const generative = { use: 'folder', ...ASKS_ALL, feedback: 2 }
    const editor = await openPaper({ languageModel, settings: { generative } })
    assert.match((await editor.hover(PAPER, 'cold')) ?? '', /metformin/)
    assert.ok((await editor.hints(PAPER)).some((hint) => hint === 'cold→CHEBI:6801'))
    assert.ok(languageModel.prompts.every((prompt) => prompt.includes('Write 2 other names')))
    const asked: number[] = []
    const writing = await openPaper({
      settings: { generative: { ...generative, use: 'editor' } },
      presses: ['Send Text'],
      editorModel({ prompts, mostChars }) {
        asked.push(mostChars)
        return { name: 'Double', answers: prompts.map(() => 'None') }
      },
    })
    await writing.until(wasAsked)
    await writing.settled(PAPER)
    assert.deepEqual([Math.min(...asked), Math.max(...asked)], [200, 480])
  })

  it('appear in the answer to "Why is this linked?"', async () => {
    const settings = { generative: { use: 'folder', ...ASKS_ALL } }
    const editor = await openPaper({ languageModel: physicist(), settings })
    const { start: position } = editor.rangeOf(PAPER, 'cold')
    const found = await editor.request('conceptLens/explain', { uri: PAPER, position })
    const last = found?.steps.at(-1)
    assert.equal(last?.reason, 'asked-language-model')
    assert.match(
      found?.steps.at(-2)?.message ?? '',
      /^Without the language model: "cold" is linked to Common Cold/,
    )
    assert.match(
      last?.message ?? '',
      /was uncertain \(\d+ %\), so the language model double was asked; it chose Cold Temperature/,
    )
  })
})
