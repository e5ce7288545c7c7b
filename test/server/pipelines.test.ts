import assert from 'node:assert/strict'
import type { TokenClassifier } from '../../src/inference/index.ts'
import { byText, letterModel } from '../support/letterModel.ts'
import { type Editor, editorsOfSuite } from './editor.ts'
import { FOLDER, PAPER } from './paper.ts'

const FILE = `${FOLDER}/conceptlens.pipeline.yaml`
/** Without the model nobody tags "acute", and names alone decide. */
const NAMES_ALONE = 'extends: dictionary-only\n'

/** Finds these words where they first stand. */
const classifierOf = (words: readonly (readonly [word: string, type: string])[]): TokenClassifier => ({
  info: {
    ...{ name: 'fake', fingerprint: 'fake', scheme: 'BIO', aggregation: 'first', provider: 'cpu' },
    types: words.map(([, type]) => type),
  },
  spans: (text) =>
    Promise.resolve(
      words.flatMap(([word, label]) => {
        const start = text.indexOf(word)
        return start < 0 ? [] : { start, end: start + word.length, label, probability: 0.9 }
      }),
    ),
  dispose: () => Promise.resolve(),
})

describe('pipelines in the server', () => {
  const { openPaper } = editorsOfSuite()
  /** Who chose the links of the paper, as hovers tell it: `model` or `rule`. */
  const probabilityOf = async (editor: Editor): Promise<string> =>
    /(\d+) %/.exec((await editor.hover(PAPER, 'cold')) ?? '')?.[1] ?? ''

  it('the file of a trusted workspace folder is run, that of another not', async () => {
    const files = { [FILE]: NAMES_ALONE }
    const plain = await probabilityOf(await openPaper())
    assert.equal(await probabilityOf(await openPaper({ files })), plain)
    const trusted = await openPaper({ files, isTrusted: true })
    assert.notEqual(await probabilityOf(trusted), plain)
    assert.deepEqual(trusted.shown, [])
  })

  it('the workspace is trusted later', async () => {
    const editor = await openPaper({ files: { [FILE]: NAMES_ALONE } })
    const before = await probabilityOf(editor)
    await editor.notify('conceptLens/trusted', {})
    await editor.settled(PAPER)
    assert.notEqual(await probabilityOf(editor), before)
  })

  it('the setting names a preset or a file', async () => {
    const byName = await openPaper({ settings: { pipeline: 'dictionary-only' } })
    const byPath = await openPaper({
      settings: { pipeline: 'lab/p.yaml' },
      files: { [`${FOLDER}/lab/p.yaml`]: NAMES_ALONE },
    })
    assert.equal(await probabilityOf(byName), await probabilityOf(byPath))
    const missing = await openPaper({ settings: { pipeline: 'lab/no.yaml' } })
    assert.match(missing.shown[0] ?? '', /no\.yaml, where there is no file; allowed are default, fast, /)
  })

  it('one of named types alone says that it has no model for them', async () => {
    const editor = await openPaper({ settings: { pipeline: 'zero-shot' } })
    assert.match(editor.shown[0] ?? '', /no model that finds them: names of the knowledge base stand in/)
    assert.ok((await editor.hints(PAPER)).length > 0)
  })

  it('types that are named say that there is no model for them, in a description or in settings', async () => {
    const inFile = {
      [FILE]: 'mentions:\n  detectors: [{kind: named-types, labels: [assay]}, {kind: dictionary}]\n',
    }
    const message =
      /Types are named \(assay\), and there is no model that finds them: their mentions are missing/
    const described = await openPaper({ files: inFile, isTrusted: true })
    assert.match(described.shown[0] ?? '', message)
    const set = await openPaper({ settings: { mentions: { namedTypes: ['assay'] } } })
    assert.match(set.shown[0] ?? '', message)
    assert.ok((await set.hints(PAPER)).length > 0)
  })

  it('one that asks a language model says so when no settings name one, unless it is off', async () => {
    const rerankers = '[{kind: two-stream}, {kind: prior}, {kind: generative, ifBelow: 1}]'
    const files = { [FILE]: `ranking:\n  rerankers: ${rerankers}\n` }
    const editor = await openPaper({ files, isTrusted: true })
    assert.match(
      editor.shown[0] ?? '',
      /asks a language model .* Set conceptLens\.generative\.use to "folder"/,
    )
    assert.ok((await editor.hints(PAPER)).includes('cold→C0009443'))
    const off = await openPaper({ files, isTrusted: true, settings: { generative: { use: 'off' } } })
    assert.deepEqual(off.shown, [])
    const languageModel = letterModel(byText((option) => (option.includes('Cold Temperature') ? 9 : 1)))
    const settings = { generative: { use: 'folder' } }
    const asked = await openPaper({ files, isTrusted: true, settings, languageModel })
    assert.ok((await asked.hints(PAPER)).includes('cold→C0009264'))
    const { start: position } = asked.rangeOf(PAPER, 'cold')
    const trace = await asked.request('conceptLens/trace', { uri: PAPER, position })
    assert.equal(trace?.stages.at(-1)?.kind, 'ask')
    // What a person set goes before the file.
    const sure = { generative: { use: 'folder', below: 0 } }
    const kept = await openPaper({ files, isTrusted: true, settings: sure, languageModel })
    assert.ok((await kept.hints(PAPER)).includes('cold→C0009443'))
  })

  it('a token-classification model of the file finds mentions, by semantic group or by its own types', async () => {
    const classifier = classifierOf([
      ['cold', 'Disease'],
      ['trial', 'Design'],
    ])
    const openClassifier = () => Promise.resolve(classifier)
    const file = (types: string) => ({
      [FILE]: `model: none\nmentions:\n  detectors:\n    - kind: token-classification\n      model: tagger\n      types: [${types}]\nranking:\n  rerankers: [{kind: prior}]\n`,
      [`${FOLDER}/tagger`]: '',
    })
    const text = 'The cold in a trial of metformin.\n'
    const editor = await openPaper({ files: file(''), isTrusted: true, openClassifier }, text)
    assert.deepEqual(editor.shown, [])
    assert.deepEqual(await editor.hints(PAPER), ['cold→C0009443', 'trial→Design'])
    const wrong = await openPaper({ files: file('Gene = GENE'), isTrusted: true, openClassifier }, text)
    assert.match(
      wrong.shown[0] ?? '',
      /"Gene" is no type of the model; it has Disease, Design\. It is ignored/,
    )
    const without = await openPaper({ files: file(''), isTrusted: true }, text)
    assert.match(
      without.shown[0] ?? '',
      /could not be started: There is no such model\. Its mentions are missing/,
    )
  })

  it('token-classification models are opened side by side', async () => {
    const models = ['first', 'second', 'third']
    const detectors = models.map((model) => `{kind: token-classification, model: ${model}, types: []}`)
    const files = {
      [FILE]: `extends: dictionary-only\nmentions:\n  detectors: [${detectors.join(', ')}]\n`,
      ...Object.fromEntries(models.map((model) => [`${FOLDER}/${model}`, ''])),
    }
    let nAsked = 0
    let allAsked = (): void => undefined
    const all = new Promise<void>((resolve) => (allAsked = resolve))
    // Whoever waited for the first one would never ask for the others.
    const openClassifier = async () => {
      if (++nAsked === models.length) allAsked()
      await all
      return classifierOf([])
    }
    const editor = await openPaper({ files, isTrusted: true, openClassifier })
    assert.deepEqual([nAsked, editor.shown], [models.length, []])
  })

  it('one that cannot be run is told of, and the default one is taken', async () => {
    const editor = await openPaper({ files: { [FILE]: 'model: none\nfilter: {}\n' }, isTrusted: true })
    assert.equal(await probabilityOf(editor), await probabilityOf(await openPaper()))
    assert.match(
      editor.shown[0] ?? '',
      /: The default pipeline is used: .*conceptlens\.pipeline\.yaml:2:1: Unknown key "filter"/,
    )
    assert.equal(editor.shown.length, 1)
  })

  it('what a person set holds before what the file says', async () => {
    const files = { [FILE]: 'filters:\n  minProbability: 1\n' }
    const strict = await openPaper({ files, isTrusted: true })
    assert.deepEqual(await strict.hints(PAPER), [])
    // The very default, but said.
    const said = await openPaper({ files, isTrusted: true, settings: { minimumProbability: 0.5 } })
    assert.ok((await said.hints(PAPER)).length > 0)
  })
})

describe('the description of a pipeline in the editor', () => {
  const { openEmpty } = editorsOfSuite()
  const TEXT = 'filters:\n  generalWord: hide\n'

  it('has its problems marked while it is edited', async () => {
    const editor = await openEmpty()
    await editor.open(FILE, TEXT, 'yaml')
    const [problem, ...others] = await editor.diagnostics(FILE)
    assert.deepEqual(others, [])
    assert.deepEqual(problem?.range, editor.rangeOf(FILE, 'generalWord'))
    assert.match(
      JSON.stringify(problem?.message),
      /Unknown key .*generalWord.*; .* Did you mean .*generalWords.*\?/,
    )
    assert.equal(problem?.code, 'pipeline-unknown-key')
    await editor.edit(FILE, 'generalWord:', 'generalWords:')
    assert.deepEqual(await editor.diagnostics(FILE), [])
  })

  it('has a model that is not there marked where it is named', async () => {
    const editor = await openEmpty()
    const text =
      'mentions:\n  detectors:\n    - kind: named-types\n      labels: [assay]\n      model: nowhere\n'
    await editor.open(FILE, text, 'yaml')
    const [problem, ...others] = await editor.diagnostics(FILE)
    assert.deepEqual(others, [])
    assert.deepEqual(problem?.range, editor.rangeOf(FILE, 'nowhere'))
    assert.match(JSON.stringify(problem?.message), /There is no file or folder .*nowhere\./)
  })

  it('is completed and explained, and is no manuscript', async () => {
    const editor = await openEmpty()
    await editor.open(FILE, 'filters:\n  generalWords: hide\n  \n', 'yaml')
    assert.deepEqual(await editor.completions(FILE, { line: 2, character: 2 }), [
      'types',
      'sources',
      'mentionProbability',
      'minProbability',
    ])
    assert.match((await editor.hover(FILE, 'generalWords')) ?? '', /Allowed: `hide`, `show`/)
    await editor.open(PAPER, 'A cold.')
    assert.deepEqual(await editor.completions(PAPER, { line: 0, character: 2 }), [])
  })

  it('says where a file that it extends is wrong', async () => {
    const editor = await openEmpty({ files: { [`${FOLDER}/base.yaml`]: '\nfilter: {}\n' } })
    await editor.open(FILE, 'extends: base.yaml\n', 'yaml')
    const [problem] = await editor.diagnostics(FILE)
    assert.match(JSON.stringify(problem?.message), /base\.yaml:2:1: Unknown key .*filter/)
  })
})

describe('the way of a passage', () => {
  const { openPaper } = editorsOfSuite()

  it('is told for the passage at a position', async () => {
    const editor = await openPaper()
    const trace = await editor.request('conceptLens/trace', {
      uri: PAPER,
      position: editor.rangeOf(PAPER, 'cold').start,
    })
    assert.ok(trace)
    assert.ok(trace.text.includes('cold'))
    assert.ok(trace.stages.some(({ kind }) => kind === 'rank'))
    assert.equal(
      await editor.request('conceptLens/trace', {
        uri: `${FOLDER}/no.md`,
        position: { line: 0, character: 0 },
      }),
      null,
    )
  })
})
