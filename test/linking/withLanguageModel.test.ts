import assert from 'node:assert/strict'
import { CancelledError, type LanguageModelUsage, type LinkedManuscript } from '../../src/core/index.ts'
import { createManuscriptParser } from '../../src/document/index.ts'
import {
  anchorOf,
  createLinker,
  type AskedModel,
  type Decision,
  type Linker,
} from '../../src/linking/index.ts'
import type { PipelineOverrides } from '../../src/pipeline/index.ts'
import { fakeEngine } from '../support/engine.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'
import { byText, letterModel, optionsOf, type LetterModel } from '../support/letterModel.ts'
import { defaultPipeline, pipelineWith } from '../support/pipeline.ts'

const KB = knowledgeBaseOf([
  { id: 'A:1', names: ['asthma'], groups: ['DISO'] },
  { id: 'A:2', names: ['asthma attack'], groups: ['DISO'] },
  { id: 'A:3', names: ['cold'], groups: ['DISO'] },
  { id: 'A:4', names: ['cold weather', 'cold spell'], groups: ['PHEN'] },
  { id: 'A:5', names: ['fever'], groups: ['DISO'] },
])
const TEXT = 'People with asthma and a cold.\n\nNo fever, but a cold again.\n'
const engine = fakeEngine({ tags: { asthma: 'DISO', cold: 'DISO', fever: 'DISO' }, none: () => 3.5 })
const logger = { error() {}, warn: (message: string) => void warnings.push(message), info() {}, debug() {} }
const warnings: string[] = []
const parse = (text = TEXT) => createManuscriptParser().parse({ file: 'a.md', text })
const own = (): Linker => createLinker({ knowledgeBase: KB, engine, logger }, defaultPipeline)
const summary = ({ passages }: LinkedManuscript): string[] =>
  passages.flatMap(({ links }) => links.map(({ mention, chosen }) => `${mention.text}→${chosen ?? ''}`))
/** A linker whose pipeline asks a model about everything, unless it is said otherwise. */
const asking = (languageModel: AskedModel, said: PipelineOverrides = {}, nowMs?: () => number): Linker =>
  createLinker(
    { knowledgeBase: KB, engine, logger, languageModel, ...(nowMs && { nowMs }) },
    pipelineWith({ asksLanguageModel: true, askedBelow: 1, askedAtMost: 100, ...said }),
  )
const weather = (): LetterModel => letterModel(byText((option) => (option.includes('cold weather') ? 9 : 1)))

describe('linker with a language model', () => {
  beforeEach(() => warnings.splice(0))

  it('asks about uncertain mentions alone, the least certain first', async () => {
    const plain = await own().link(parse())
    const links = plain.passages.flatMap((passage) => passage.links)
    const least = links.toSorted((a, b) => a.probability - b.probability)
    const model = weather()
    const [first, second] = [least[0]!, least[1]!]
    await asking({ model }, { askedAtMost: 1 }).link(parse())
    assert.equal(model.calls.flat().length, 1)
    assert.match(model.calls[0]?.[0]?.prompt ?? '', new RegExp(`\\*\\*${first.mention.text}\\*\\*`))
    const some = weather()
    await asking({ model: some }, { askedBelow: second.probability }).link(parse())
    assert.equal(
      some.calls.flat().length,
      least.filter(({ probability }) => probability < second.probability).length,
    )
  })

  it('equals linking from scratch after an edit, and asks only what is new', async () => {
    const model = weather()
    const linker = asking({ model })
    await linker.link(parse())
    const nBefore = model.calls.flat().length
    const edited = TEXT.replace('No fever', 'High fever')
    const after = await linker.link(parse(edited))
    const fresh = await asking({ model: weather() }).link(parse(edited))
    assert.deepEqual(after, fresh)
    const asked = model.calls.flat().slice(nBefore)
    assert.ok(asked.length > 0 && asked.every(({ prompt }) => prompt.includes('High fever')))
  })

  it('shows the first links before the answers, and each passage when it has its answers', async () => {
    const seen: string[][] = []
    const linker = asking({ model: weather() })
    const linked = await linker.link(parse(), {
      onPassage: (_, soFar) => seen.push(summary({ ...linkedNothing, passages: soFar() })),
    })
    assert.deepEqual(seen.at(-1), summary(linked))
    assert.notDeepEqual(seen[1], summary(linked))
    assert.equal(seen.length, 4)
  })

  it('keeps every invariant of links', async () => {
    const { passages } = await asking({ model: weather() }).link(parse())
    for (const { chosen, probability, candidates } of passages.flatMap(({ links }) => links)) {
      assert.ok(
        candidates.every((one, i) => i === 0 || one.probability <= (candidates[i - 1]?.probability ?? 0)),
      )
      if (chosen !== undefined) assert.equal(candidates[0]?.id, chosen)
      const sum = candidates.reduce((total, one) => total + one.probability, 0)
      assert.ok(sum <= 1 + 1e-9 && probability >= 0 && probability <= 1)
    }
  })

  it('lets the model say that none is meant', async () => {
    const model = letterModel(byText((option) => (option === 'None of the above' ? 99 : 1)))
    const linked = await asking({ model }).link(parse())
    assert.ok(summary(linked).every((one) => one.endsWith('→')))
  })

  it('leaves what the author chose', async () => {
    const manuscript = parse()
    const model = weather()
    const span = { start: TEXT.indexOf('cold'), end: TEXT.indexOf('cold') + 4 }
    const decision: Decision = {
      file: 'a.md',
      scope: 'document',
      action: 'link',
      ...{ id: 'A:3', name: 'cold' },
      ...{ anchor: anchorOf(TEXT, span), created: '2026-01-31T12:00:00.000Z' },
    }
    const linked = await asking({ model }).link(manuscript, {
      decisions: [decision],
    })
    const asked = model.calls.flat().flatMap(({ prompt }) => /\*\*(.*)\*\*/.exec(prompt)?.[1] ?? [])
    const byAuthor = linked.passages.flatMap(({ links }) =>
      links.filter(({ chosenBy }) => chosenBy === 'author'),
    )
    assert.ok(byAuthor.length > 0 && !asked.includes('cold'), `${byAuthor.length} ${asked.join()}`)
  })

  it('tells what it cost', async () => {
    const uses: (readonly [LanguageModelUsage, number])[] = []
    let now = 0
    const onUse = (usage: LanguageModelUsage, ms: number) => uses.push([usage, ms])
    await asking({ model: weather(), onUse }, {}, () => (now += 250)).link(parse())
    assert.equal(uses.length, 2)
    assert.ok(uses.every(([{ calls }, ms]) => calls > 0 && ms > 0))
  })

  it('lets a failing model rest, tells of it once, and asks again later', async () => {
    let now = 0
    let isFailing = true
    const model = letterModel((question) => {
      if (isFailing) throw new Error('no memory')
      return byText((option) => (option.includes('cold weather') ? 9 : 1))(question)
    })
    const linker = asking({ model }, {}, () => now)
    assert.deepEqual(summary(await linker.link(parse())), summary(await own().link(parse())))
    await linker.link(parse())
    assert.equal(model.calls.length, 1)
    assert.equal(warnings.length, 1)
    isFailing = false
    now += 61_000
    const later = await linker.link(parse())
    assert.ok(summary(later).includes('cold→A:4'), summary(later).join())
    assert.equal(warnings.length, 1)
  })

  it('keeps the first link where a question has no answer, and tells of it once', async () => {
    const model = letterModel((question) =>
      question.prompt.includes('**fever**')
        ? { kind: 'unanswered', reason: 'too long' }
        : byText((option) => (option.includes('cold weather') ? 9 : 1))(question),
    )
    const linker = asking({ model })
    const found = summary(await linker.link(parse()))
    assert.ok(found.includes('cold→A:4'), found.join())
    const first = summary(await own().link(parse()))
    assert.equal(
      found.find((one) => one.startsWith('fever')),
      first.find((one) => one.startsWith('fever')),
    )
    await linker.link(parse('Fever and fever.\n'))
    assert.deepEqual(warnings.filter((one) => one.includes('too long')).length, 1)
  })

  it('stops when it is cancelled', async () => {
    const token = { isCancellationRequested: false }
    const model = letterModel((question) => {
      token.isCancellationRequested = true
      return { kind: 'letter', letter: question.letters[0] ?? '' }
    })
    const linker = asking({ model })
    await assert.rejects(linker.link(parse(), { token }), CancelledError)
    assert.equal(model.calls.length, 1)
  })

  it('shows the options that it had', async () => {
    const model = weather()
    await asking({ model }).link(parse())
    for (const question of model.calls.flat()) {
      assert.equal(optionsOf(question).length, question.letters.length)
      assert.equal(new Set(optionsOf(question)).size, question.letters.length)
    }
  })

  it('shows no more candidates than the description says, and does nothing without a model', async () => {
    const { ranking, ...rest } = pipelineWith({ asksLanguageModel: true, askedBelow: 1 })
    const rerankers = ranking.rerankers.map((one) =>
      one.kind === 'generative' ? { ...one, candidates: 1 } : one,
    )
    const pipeline = { ...rest, ranking: { rerankers } }
    const model = weather()
    const parts = { knowledgeBase: KB, engine, logger }
    await createLinker({ ...parts, languageModel: { model } }, pipeline).link(parse())
    const asked = model.calls.flat()
    assert.ok(asked.length > 0 && asked.every(({ letters }) => letters.length === 2))
    assert.deepEqual(
      summary(await createLinker(parts, pipeline).link(parse())),
      summary(await own().link(parse())),
    )
  })

  it('is the last stage of a passage’s way, asked anew, with its questions, answers and time', async () => {
    const model = weather()
    let now = 0
    const linker = asking({ model }, {}, () => now++)
    await linker.link(parse())
    const nBefore = model.calls.length
    const trace = await linker.trace(parse(), 'a.md', TEXT.indexOf('No fever'))
    const last = trace?.stages.at(-1)
    assert.ok(trace && last?.kind === 'ask' && last.name === 'generative')
    assert.equal(model.calls.length, nBefore + 1)
    assert.deepEqual(
      last.input.map(({ text, previous }) => [text, previous !== undefined]),
      [
        ['fever', true],
        ['cold', true],
      ],
    )
    const cold = last.output?.[1]
    // Names alike do not tell candidates apart; preferred ones do.
    assert.deepEqual([cold?.candidates[0]?.id, cold?.candidates[0]?.name], ['A:4', 'cold weather'])
    assert.ok(last.startMs >= trace.stages.at(-2)!.startMs && last.ms > 0)
    assert.equal(trace.ms, last.startMs + last.ms)
  })

  it('has no answers on a passage’s way when the model fails', async () => {
    const model = letterModel(() => {
      throw new Error('no memory')
    })
    const trace = await asking({ model }).trace(parse(), 'a.md', TEXT.indexOf('No fever'))
    const last = trace?.stages.at(-1)
    assert.ok(last?.kind === 'ask' && last.input.length === 2)
    assert.equal(last.output, null)
  })
})

const linkedNothing = { manuscript: parse(), problems: [] }
