import assert from 'node:assert/strict'
import type { Engine, Gliner } from '../../src/inference/index.ts'
import { fakeEngine } from '../support/engine.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'
import { type Editor, editorsOfSuite } from './editor.ts'
import { countingEngine, PAPER, TEXT } from './paper.ts'

describe('inlay hints', () => {
  let editor: Editor
  const { openEmpty, openPaper } = editorsOfSuite()
  const start = async (...how: Parameters<typeof openPaper>): Promise<Editor> =>
    (editor = await openPaper(...how))

  it('stand behind the first mention of a concept in every passage', async () => {
    await start()
    assert.deepEqual(await editor.hints(PAPER), [
      'cold→C0009443',
      'Asthma→C0004096',
      'metformin→CHEBI:6801',
      'cold→C0009443',
    ])
  })

  it('stand behind every mention, with names, when settings say so', async () => {
    await start({ settings: { inlayHints: { show: 'all', label: 'name' } } })
    const expected = [
      'cold→Common Cold',
      'Asthma→Asthma',
      'asthma→Asthma',
      'metformin→metformin',
      'cold→Common Cold',
    ]
    assert.deepEqual(await editor.hints(PAPER), expected)
  })

  it('can be switched off alone, and all linking with the documents still open', async () => {
    await start({ settings: { inlayHints: { show: 'off' } } })
    assert.deepEqual(await editor.hints(PAPER), [])
    assert.match((await editor.hover(PAPER, 'cold')) ?? '', /Common Cold/)
    await editor.configure({ enable: false })
    await editor.settled(PAPER)
    assert.equal(await editor.hover(PAPER, 'cold'), undefined)
    await editor.configure({})
    await editor.settled(PAPER)
    assert.equal((await editor.hints(PAPER)).length, 4)
  })

  it('name the type of words that have no concept, and hovers do, too', async () => {
    const gliner: Gliner = {
      info: { architecture: 'bi-span', name: 'fake', fingerprint: 'fake', provider: 'cpu' },
      spans: (text) => {
        const start = text.indexOf('trial')
        const span = { start, end: start + 5, label: 'study design', probability: 0.9 }
        return Promise.resolve(start < 0 ? [] : [span])
      },
      dispose: () => Promise.resolve(),
    }
    const mentions = { namedTypeModel: '/models/x', namedTypes: ['study design'] }
    const text = 'A trial of metformin, a good trial.\n'
    await start({ gliner, settings: { mentions } }, text)
    assert.ok((await editor.hints(PAPER)).includes('trial→study design'))
    const hover = (await editor.hover(PAPER, 'trial')) ?? ''
    assert.match(hover, /\*\*study design\*\* · no concept is linked\n\n\[Choose a concept…\]/)
    assert.ok(!hover.includes('ther candidates'))
  })

  it('keep quiet below the probability that is set', async () => {
    await start({ settings: { minimumProbability: 1 } })
    assert.deepEqual(await editor.hints(PAPER), [])
  })

  it('move with an edit at once and leave out what it touched', async () => {
    const engine = countingEngine()
    let held = Promise.resolve()
    const analyse: Engine['analyse'] = (...asked) => held.then(() => engine.analyse(...asked))
    await start({ engine: { ...engine, analyse } })
    let goOn = (): void => undefined
    held = new Promise((resolve) => {
      goOn = resolve
    })
    const moved = editor.edit(PAPER, 'The', 'Much later, the')
    const touched = editor.edit(PAPER, 'Asthma', 'Asthmat')
    const hints = editor.hints(PAPER)
    await Promise.all([moved, touched])
    assert.deepEqual(await hints, ['cold→C0009443', 'metformin→CHEBI:6801', 'cold→C0009443'])
    goOn()
    await editor.settled(PAPER)
    assert.deepEqual(await editor.hints(PAPER), [
      'cold→C0009443',
      'asthma→C0004096',
      'metformin→CHEBI:6801',
      'cold→C0009443',
    ])
  })

  it('come first for what the editor shows', async () => {
    const engine = countingEngine()
    editor = await openEmpty({ engine })
    await editor.open(PAPER, TEXT)
    const ranges = [editor.rangeOf(PAPER, 'Then metformin')]
    await editor.notify('conceptLens/visibleRanges', { uri: PAPER, ranges })
    await editor.settled(PAPER)
    const [first] = engine.calls
    assert.equal(first && 'text' in first ? first.text : '', 'Then metformin, for the cold.')
  })

  it('come first for what stands beside an edit, the others of the passage keeping theirs', async () => {
    const names = [...'abcdefghijkl'].map((letter) => `${letter}itis`)
    const concepts = names.flatMap((name, i) => [
      { id: `D:${i}`, names: [name], groups: ['DISO'] },
      { id: `D:${i}0`, names: [`acute ${name}`], groups: ['DISO'] },
      { id: `D:${i}1`, names: [`chronic ${name}`], groups: ['DISO'] },
    ])
    const engine = fakeEngine({ tags: Object.fromEntries(names.map((name) => [name, 'DISO'])) })
    let nScored = 0
    let stop = Number.POSITIVE_INFINITY
    let goOn: (() => void) | undefined
    const stopping: Engine = {
      ...engine,
      async score(...asked) {
        if (nScored++ >= stop) await new Promise<void>((resolve) => (goOn = resolve))
        return engine.score(...asked)
      },
    }
    await start({ engine: stopping, knowledgeBase: knowledgeBaseOf(concepts) }, `${names.join(', ')}.`)
    const before = await editor.hints(PAPER)
    assert.equal(before.length, names.length)
    // The mentions beside the edit are scored, the others wait.
    stop = nScored + 1
    await editor.edit(PAPER, 'aitis', 'citis')
    while (!goOn) await new Promise((resolve) => setImmediate(resolve))
    // The word that stood there before is the second of its kind now, which needs no hint.
    const after = ['citis→D:2', ...before.slice(1).filter((hint) => !hint.startsWith('citis'))]
    assert.deepEqual(await editor.hints(PAPER), after)
    goOn()
    await editor.settled(PAPER)
    assert.deepEqual(await editor.hints(PAPER), after)
  })

  it('ask the engine again for the changed passage only', async () => {
    const engine = countingEngine()
    await start({ engine })
    const before = engine.calls.length
    await editor.edit(PAPER, 'Then', 'Later')
    await editor.settled(PAPER)
    const texts = new Set(engine.calls.slice(before).map((call) => ('text' in call ? call.text : '')))
    assert.deepEqual([...texts], ['Later metformin, for the cold.'])
  })
})
