import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { CancelledError } from '../../src/core/index.ts'
import type {
  KnowledgeBase,
  LinkedManuscript,
  LinkedPassage,
  Logger,
  Manuscript,
} from '../../src/core/index.ts'
import { parseManuscript } from '../../src/document/index.ts'
import type { Engine } from '../../src/inference/index.ts'
import { anchorOf, createLinker, onlyShown } from '../../src/linking/index.ts'
import type { Decision, Linker, LinkOptions } from '../../src/linking/index.ts'
import { fakeEngine } from '../support/engine.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'
import { defaultPipeline, pipelineWith } from '../support/pipeline.ts'
import type { PipelineChanges } from '../support/pipeline.ts'

const knowledgeBase = knowledgeBaseOf([
  { id: 'T:1', names: ['Common Cold', { text: 'cold', count: 4 }], groups: ['DISO'] },
  { id: 'T:2', names: ['Cold Temperature', { text: 'cold', count: 1 }], groups: ['PHEN'] },
  { id: 'T:3', names: ['heart failure', 'cardiac failure'], groups: ['DISO'] },
  { id: 'T:4', names: ['asthma'], groups: ['DISO'], xrefs: ['MESH:D001249'] },
  { id: 'T:5', names: ['patient'] },
  { id: 'T:6', names: ['WAS'], groups: ['GENE'] },
])

interface Sink extends Logger {
  readonly messages: string[]
}

function sink(): Sink {
  const messages: string[] = []
  const keep = (message: string): void => void messages.push(message)
  return { messages, error: keep, warn: keep, info: keep, debug: keep }
}

const pause = (): Promise<void> => Promise.resolve()

function linkerWith(
  engine?: Engine,
  { cachedPassages, ...changes }: PipelineChanges & { cachedPassages?: number } = {},
  logger: Logger = sink(),
): Linker {
  const parts = { knowledgeBase, engine, logger, pause }
  return createLinker(
    cachedPassages === undefined ? parts : { ...parts, cachedPassages },
    pipelineWith(changes),
  )
}

const manuscriptOf = (text: string): Manuscript => parseManuscript({ file: 'paper.md', text })

/** `surface=concept` of every link, after checking what holds for every answer. */
function links(linked: LinkedManuscript): string[] {
  return linked.passages.flatMap(({ passage, links }) => {
    let end = 0
    return links.map(({ mention, source, chosen, candidates, probability }) => {
      assert.equal(passage.text.slice(mention.span.start, mention.span.end), mention.text)
      assert.ok(mention.span.start >= end && mention.span.end > mention.span.start)
      assert.ok(source.start >= passage.source.start && source.end <= passage.source.end)
      assert.ok(probability >= 0 && probability <= 1)
      assert.ok(candidates.reduce((sum, one) => sum + one.probability, 0) <= 1 + 1e-9)
      end = mention.span.end
      return `${mention.text}=${chosen ?? ''}`
    })
  })
}

const diseaseOf = (kind: string, name: string, i: number) => ({
  id: `D:${i}${kind}`,
  names: [`${kind} ${name}`.trim()],
  groups: ['DISO'],
})

const TEXT = `# Asthma and *heart* failure

Patients with heart failure (HF) had a cold. It was HF, not asthma.

- HF
- **cardiac** failure and cold
`

describe('createLinker', () => {
  it('links by names alone without an engine', async () => {
    const linked = await linkerWith().link(manuscriptOf(TEXT))
    assert.deepEqual(links(linked), [
      'Asthma=T:4',
      'heart failure=T:3',
      'heart failure=T:3',
      'HF=T:3',
      'cold=T:1',
      'HF=T:3',
      'asthma=T:4',
      'HF=T:3',
      'cardiac failure=T:3',
      'cold=T:1',
    ])
    const [first] = linked.passages
    assert.deepEqual(
      first?.links.map(({ source }) => TEXT.slice(source.start, source.end)),
      ['Asthma', 'heart* failure'],
    )
    assert.ok(linked.passages.every((one) => one.links.every(({ chosenBy }) => chosenBy === 'rule')))
  })

  it('links only to the types that are asked for, and looks names up among these', async () => {
    const text = 'The cold was a chill; WAS and asthma were.'
    const found = async (types: readonly string[], engine?: Engine): Promise<string[]> =>
      links(await linkerWith(engine, { types }).link(manuscriptOf(text)))
    assert.deepEqual(await found([]), ['cold=T:1', 'WAS=T:6', 'asthma=T:4'])
    assert.deepEqual(await found(['PHEN']), ['cold=T:2'])
    assert.deepEqual(await found(['diso', 'GENE']), await found([]))
    // What the tagger takes for something else is no mention; a name of the dictionary is one all the same.
    const engine = fakeEngine({ tags: { cold: 'DISO', asthma: 'DISO', chill: 'CHEM' } })
    const spans = async (types: readonly string[]): Promise<string[]> =>
      (await found(types, engine)).map((link) => link.split('=')[0]!)
    assert.deepEqual(await spans([]), ['cold', 'chill', 'asthma'])
    assert.deepEqual(await spans(['PHEN']), ['cold'])
    assert.deepEqual(await spans(['T047']), ['cold', 'asthma'])
    assert.deepEqual(await spans(['GENE']), [])
  })

  it('asks the engine once per passage to read and once to score', async () => {
    const engine = fakeEngine({ tags: { cold: 'DISO', asthma: 'DISO', 'heart failure': 'DISO', hf: 'DISO' } })
    const linked = await linkerWith(engine).link(manuscriptOf(TEXT))
    assert.ok(links(linked).includes('HF=T:3'))
    const [link] = linked.passages[1]?.links ?? []
    assert.deepEqual(link?.mention.origins, ['tagger', 'dictionary'])
    assert.equal(link.chosenBy, 'model')
    for (const kind of ['analyse', 'score'] as const) {
      const texts = engine.calls.flatMap((call) => (call.kind === kind ? [call.text] : []))
      assert.equal(new Set(texts).size, texts.length)
    }
  })

  it('does not ask again for what it knows, wherever it has moved', async () => {
    const engine = fakeEngine({ tags: { cold: 'DISO' } })
    const linker = linkerWith(engine)
    await linker.link(manuscriptOf('A cold.\n\nNo asthma.\n'))
    const before = engine.calls.length
    const moved = await linker.link(manuscriptOf('Some asthma.\n\nNo asthma.\n\nA cold.\n'))
    assert.equal(engine.calls.length, before + 1) // "Some asthma.": nothing tagged, so nothing to score
    assert.deepEqual(links(moved), ['cold=T:1'])
    const source = moved.passages[2]?.links[0]?.source
    assert.deepEqual(source, { start: 28, end: 32 })
  })

  it('links after edits as it would from scratch', async () => {
    const block = fc.constantFrom(
      'A cold and asthma.',
      'In heart failure (HF).',
      'All HF, no HFs.',
      'High frequency (HF).',
      '- *cold*',
      '# WAS was',
      'The patients.',
    )
    const engine = fakeEngine({ tags: { cold: 'DISO', hf: 'DISO', asthma: 'DISO', WAS: 'GENE' } })
    const version = fc.array(block, { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(fc.array(version, { minLength: 2, maxLength: 4 }), async (versions) => {
        const linker = linkerWith(engine, { cachedPassages: 8 })
        for (const blocks of versions) {
          const manuscript = manuscriptOf(blocks.join('\n\n'))
          const linked = await linker.link(manuscript)
          links(linked)
          assert.deepEqual(linked, await linkerWith(engine).link(manuscript))
        }
      }),
      { seed: 11, numRuns: 30 },
    )
  })

  it('gives the same answer in every order, the passages asked for first', async () => {
    const manuscript = manuscriptOf(TEXT)
    const plain = await linkerWith().link(manuscript)
    const seen: number[] = []
    const order = [3, 1, 99, -1, 3]
    const linked = await linkerWith().link(manuscript, { order, onPassage: (index) => seen.push(index) })
    assert.deepEqual(linked, plain)
    assert.deepEqual(seen.slice(0, 2), [3, 1])
    assert.deepEqual(
      [...seen].sort(),
      manuscript.passages.map((_, i) => i),
    )
  })

  it('tells what it has so far as it will be when nothing is missing', async () => {
    let soFar: readonly LinkedPassage[] = []
    const engine = fakeEngine({ tags: { cold: 'DISO', hf: 'DISO', asthma: 'DISO' } })
    const onPassage: LinkOptions['onPassage'] = (_, ofNow) => (soFar = ofNow())
    const linked = await linkerWith(engine).link(manuscriptOf(TEXT), { onPassage })
    assert.deepEqual(soFar, linked.passages)
  })

  it('links what is nearest to the author first, and everything as without him', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `${'abcdefghijkl'[i]}itis`)
    const kb = knowledgeBaseOf(
      names.flatMap((name, i) => ['acute', 'chronic', ''].map((kind) => diseaseOf(kind, name, i))),
    )
    const engine = fakeEngine({ tags: Object.fromEntries(names.map((name) => [name, 'DISO'])) })
    const linkerOf = () => createLinker({ knowledgeBase: kb, engine, logger: sink(), pause }, defaultPipeline)
    const text = `Once aitis.\n\nThen ${names.join(', ')}.\n`
    const plain = await linkerOf().link(manuscriptOf(text))
    const seen: LinkedPassage[] = []
    const focus = {
      file: 'paper.md',
      offset: text.indexOf('fitis') + 2,
      onLinked: (one: LinkedPassage) => seen.push(one),
    }
    const focused = await linkerOf().link(manuscriptOf(text), { focus })
    assert.deepEqual(focused, plain)
    assert.equal(seen.length, 1)
    const [nearest] = seen
    assert.equal(nearest?.passage.text, plain.passages[1]?.passage.text)
    const mentions = nearest?.links.map(({ mention }) => mention.text) ?? []
    assert.ok(mentions.includes('fitis') && mentions.length < names.length)
    const final = new Map(plain.passages[1]?.links.map((link) => [link.mention.text, link]))
    for (const link of nearest?.links ?? []) assert.equal(link.chosen, final.get(link.mention.text)?.chosen)
  })

  it('links given mentions and no others', async () => {
    const manuscript = manuscriptOf('A cold and asthma.')
    const given = [[{ span: { start: 11, end: 17 }, group: 'DISO' }]]
    const linked = await linkerWith().link(manuscript, { given })
    assert.deepEqual(links(linked), ['asthma=T:4'])
    assert.deepEqual(linked.passages[0]?.links[0]?.mention.origins, ['given'])
    assert.deepEqual(links(await linkerWith().link(manuscript, { given: [] })), [])
  })

  it('can be cancelled between passages, and goes on from there', async () => {
    const engine = fakeEngine()
    const linker = linkerWith(engine)
    const manuscript = manuscriptOf('A cold.\n\nOne asthma.\n\nTwo asthma.\n\nThree.\n\nFour.\n\nFive.\n')
    const token = { isCancellationRequested: false }
    const onPassage = () => (token.isCancellationRequested = true)
    await assert.rejects(linker.link(manuscript, { token, onPassage }), CancelledError)
    const asked = engine.calls.length
    assert.ok(asked < 6)
    await linker.link(manuscript)
    assert.equal(engine.calls.filter(({ kind }) => kind === 'analyse').length, 6)
  })

  it('stops between two look-ups of a passage, too', async () => {
    const token = { isCancellationRequested: false }
    const lookedUp: string[] = []
    const slow: KnowledgeBase = {
      ...knowledgeBase,
      similar(...args) {
        lookedUp.push(args[0])
        token.isCancellationRequested = true
        return knowledgeBase.similar(...args)
      },
    }
    const linker = createLinker(
      { knowledgeBase: slow, engine: undefined, logger: sink(), pause },
      defaultPipeline,
    )
    const words = ['colds', 'heart failures', 'asthmas', 'coldest']
    const manuscript = manuscriptOf(`${words.join(', ')}.`)
    const text = manuscript.passages[0]?.text ?? ''
    const given = [
      words.map((word) => ({ span: { start: text.indexOf(word), end: text.indexOf(word) + word.length } })),
    ]
    await assert.rejects(linker.link(manuscript, { token, given }), CancelledError)
    assert.deepEqual([...new Set(lookedUp)], ['colds'])
  })

  it('falls back to names with one message when the engine fails', async () => {
    const logger = sink()
    const linker = linkerWith(fakeEngine({ failure: new Error('gone') }), {}, logger)
    const manuscript = manuscriptOf(TEXT)
    const linked = await linker.link(manuscript)
    await linker.link(manuscript)
    assert.ok(links(linked).includes('asthma=T:4'))
    assert.equal(logger.messages.length, 1)
    assert.match(logger.messages[0] ?? '', /gone/)
  })

  it('keeps no fallback when the engine works again', async () => {
    const working = fakeEngine({ tags: { cold: 'DISO' } })
    let broken = true
    const engine: Engine = {
      ...working,
      analyse: (text) => (broken ? Promise.reject(new Error('gone')) : working.analyse(text)),
    }
    const linker = linkerWith(engine)
    const manuscript = manuscriptOf('A cold.')
    assert.equal((await linker.link(manuscript)).passages[0]?.links[0]?.chosenBy, 'rule')
    broken = false
    assert.equal((await linker.link(manuscript)).passages[0]?.links[0]?.chosenBy, 'model')
  })

  it('shows what is probable enough', async () => {
    const linked = await linkerWith().link(manuscriptOf('A cold and colds and asthma'))
    assert.deepEqual(links(onlyShown(linked, 0.8)), ['asthma=T:4'])
  })
})

describe('decisions in force', () => {
  const source = 'A cold. The cold wind. *Xyzzy* and asthma.'
  const at = (word: string, from = 0) => {
    const [passage] = manuscriptOf(source).passages
    assert.ok(passage)
    const start = passage.text.indexOf(word, from)
    return anchorOf(passage.text, { start, end: start + word.length })
  }
  const common = { file: 'paper.md', created: '2026-01-31T12:00:00.000Z' }
  const decide = async (...decisions: Decision[]): Promise<LinkedManuscript> =>
    linkerWith().link(manuscriptOf(source), { decisions })

  it('links here, in the document, and where no detector looked', async () => {
    const here: Decision = {
      ...common,
      scope: 'here',
      action: 'link',
      id: 'T:2',
      name: '',
      anchor: at('cold', 8),
    }
    assert.deepEqual(links(await decide(here)), ['cold=T:1', 'cold=T:2', 'asthma=T:4'])
    assert.deepEqual(links(await decide({ ...here, scope: 'document' })), [
      'cold=T:2',
      'cold=T:2',
      'asthma=T:4',
    ])
    const linked = await decide({ ...here, anchor: at('Xyzzy'), id: 'MESH:D001249' })
    assert.deepEqual(links(linked), ['cold=T:1', 'cold=T:1', 'Xyzzy=T:4', 'asthma=T:4'])
    const [, , link] = linked.passages[0]?.links ?? []
    assert.equal(link?.chosenBy, 'author')
    assert.equal(link.probability, 1)
    assert.ok(link.candidates.some(({ id }) => id === 'T:4'))
  })

  it('keeps a concept that the knowledge base does not know', async () => {
    const here: Decision = {
      ...common,
      scope: 'here',
      action: 'link',
      id: 'GO:1',
      name: 'x',
      anchor: at('asthma'),
    }
    assert.deepEqual(links(await decide(here)), ['cold=T:1', 'cold=T:1', 'asthma=GO:1'])
  })

  it('unlinks', async () => {
    const none: Decision = { ...common, scope: 'document', action: 'none', anchor: at('cold') }
    const linked = await decide(none)
    assert.deepEqual(links(linked), ['cold=', 'cold=', 'asthma=T:4'])
    assert.deepEqual(
      linked.passages[0]?.links.map(({ chosenBy }) => chosenBy),
      ['author', 'author', 'rule'],
    )
  })
})

describe('explain', () => {
  const explain = async (marked: string, options: { engine?: Engine; settings?: PipelineChanges } = {}) => {
    const offset = marked.indexOf('|')
    const manuscript = manuscriptOf(marked.replace('|', ''))
    const { steps, word } = await linkerWith(options.engine, options.settings).explain(
      manuscript,
      'paper.md',
      offset,
    )
    assert.ok(steps.every(({ message }) => message.endsWith('.')))
    return `${word}: ${steps.map(({ reason }) => reason).join(' ')}`
  }

  it('says what decided', async () => {
    assert.equal(await explain('Some as|thma here'), 'asthma: linked')
    assert.equal(await explain('Code `as|thma` here'), ': not-prose')
    assert.equal(await explain('The pati|ents here'), 'patients: general-word')
    assert.equal(await explain('A xy|zzy here'), 'xyzzy: no-name')
    const disease = fakeEngine({ tags: { asthma: 'DISO' } })
    const onlyGenes = { engine: disease, settings: { types: ['GENE'] } }
    assert.equal(await explain('Some as|thma here', onlyGenes), 'asthma: other-type')
    assert.equal(await explain('Some as|thma here', { settings: { types: ['GENE'] } }), 'asthma: other-type')
    assert.equal(await explain('It w|as here'), 'was: case-differs')
    assert.equal(await explain('A common co|ld here'), 'cold: lost-to-overlap linked')
    assert.equal(await explain('As|thma', { engine: fakeEngine() }), 'Asthma: unlikely-mention')
    assert.equal(await explain('As|thma', { settings: { minProbability: 0.99 } }), 'Asthma: not-shown')
    const none = fakeEngine({ tags: { asthma: 'DISO' }, none: () => 20 })
    assert.equal(await explain('As|thma', { engine: none }), 'Asthma: ranked-none')
    assert.equal(await explain('In heart failure (HF), all. H|F'), 'HF: linked linked')
  })

  it('knows the author', async () => {
    const manuscript = manuscriptOf('Some asthma')
    const anchor = anchorOf('Some asthma', { start: 5, end: 11 })
    const decision: Decision = {
      file: 'paper.md',
      scope: 'here',
      action: 'none',
      anchor,
      created: '2026-01-31T12:00:00Z',
    }
    const { steps, link } = await linkerWith().explain(manuscript, 'paper.md', 6, { decisions: [decision] })
    assert.equal(steps.at(-1)?.reason, 'author')
    assert.equal(link?.chosen, undefined)
  })
})

describe('candidatesFor', () => {
  it('links a selection, whatever it is', async () => {
    const manuscript = manuscriptOf('Some *cardiac* failure. All `code` here')
    const link = await linkerWith().candidatesFor(manuscript, 'paper.md', { start: 5, end: 22 })
    assert.equal(link?.mention.text, 'cardiac failure')
    assert.deepEqual(link.mention.origins, ['author'])
    assert.equal(link.chosen, 'T:3')
    assert.deepEqual(link.source, { start: 6, end: 22 })
    assert.equal(await linkerWith().candidatesFor(manuscript, 'other.md', { start: 5, end: 22 }), undefined)
    assert.equal(await linkerWith().candidatesFor(manuscript, 'paper.md', { start: 29, end: 33 }), undefined)
  })
})

describe('search', () => {
  it('finds ids, exact names, beginnings and similar names', async () => {
    const found = async (text: string) => (await linkerWith().search(text, { limit: 3 })).map(({ id }) => id)
    assert.deepEqual(await found('T:4'), ['T:4'])
    assert.deepEqual(await found('MESH:D001249'), ['T:4'])
    assert.deepEqual((await found('cold')).slice(0, 2), ['T:1', 'T:2'])
    assert.deepEqual(await found('asth'), ['T:4'])
    assert.deepEqual((await found('hart failure')).slice(0, 1), ['T:3'])
    assert.deepEqual(await found(''), [])
  })
})
