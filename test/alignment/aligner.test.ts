import assert from 'node:assert/strict'
import {
  alignTerms,
  candidatesByName,
  weigh,
  type AlignerParts,
  type Alignment,
  type Evidence,
  type Term,
} from '../../src/alignment/index.ts'
import { CancelledError, type Candidate } from '../../src/core/index.ts'
import { namesEvidence } from '../../src/alignment/evidence.ts'
import { fakeEngine, type FakeEngineOptions } from '../support/engine.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'
import { modelWithVectors, plainModel } from './model.ts'

const kb = knowledgeBaseOf([
  { id: 'T:1', names: ['Asthma', 'bronchial asthma'], types: ['T047'], groups: ['DISO'] },
  { id: 'T:2', names: ['Asthma agents'], types: ['T121'], groups: ['CHEM'] },
  { id: 'T:3', names: ['Myocardial infarction', 'heart attack'], groups: ['DISO'] },
  { id: 'T:4', names: ['Heart'], groups: ['ANAT'] },
])

function parts(options: Partial<AlignerParts> & { readonly fake?: FakeEngineOptions } = {}): AlignerParts {
  return {
    candidates: candidatesByName(kb, { types: [], sources: [] }),
    engine: options.fake ? fakeEngine(options.fake) : undefined,
    model: plainModel,
    secondOpinion: 'uncertain',
    ...options,
  }
}

const termsOf = (...texts: string[]): Term[] => texts.map((text) => ({ text }))

async function aligned(terms: readonly Term[], some: AlignerParts, nDone = 0): Promise<Alignment[]> {
  const found: Alignment[] = []
  await alignTerms(terms, some, { nDone, onBatch: (batch) => void found.push(...batch) })
  return found
}

describe('aligning terms', () => {
  it('finds the concept of a term by its names', async () => {
    const [asthma, attack, none] = await aligned(termsOf('ASTHMA', 'heart attack', 'zzz'), parts())
    assert.equal(asthma?.candidates[0]?.id, 'T:1')
    assert.equal(attack?.candidates[0]?.id, 'T:3')
    assert.ok((attack?.probability ?? 0) > 0.9)
    assert.deepEqual(none?.candidates, [])
    assert.equal(none?.probability, 0)
  })

  it('keeps the order of many terms and tells how far it is', async () => {
    const terms = Array.from({ length: 100 }, (_, i) => ({
      text: i % 2 === 0 ? `asthma ${i}` : `heart ${i}`,
    }))
    const told: number[] = []
    const found: Alignment[] = []
    await alignTerms(terms, parts(), {
      onBatch: (batch) => void found.push(...batch),
      progress: { report: (done, total) => void told.push(done, total) },
    })
    assert.deepEqual(
      found.map(({ term }) => term),
      terms,
    )
    assert.deepEqual(told, [32, 100, 64, 100, 96, 100, 100, 100])
  })

  it('goes on after the terms that are done, with the same answers', async () => {
    const terms = Array.from({ length: 70 }, (_, i) => ({
      text: ['asthma', 'heart attacks', 'agents'][i % 3] + ` ${i}`,
    }))
    const whole = await aligned(terms, parts({ fake: {} }))
    assert.deepEqual(await aligned(terms, parts({ fake: {} }), 41), whole.slice(41))
  })

  it('lets only concepts of the types asked for through', async () => {
    const only = (types: string[]) => parts({ candidates: candidatesByName(kb, { types, sources: [] }) })
    const idsFor = async (...types: string[]) =>
      (await aligned(termsOf('asthma'), only(types)))[0]?.candidates.map(({ id }) => id)
    assert.deepEqual(await idsFor('chem'), ['T:2'])
    assert.deepEqual(await idsFor('Disease or Syndrome'), ['T:1'])
  })

  it('stops when it is cancelled', async () => {
    const token = { isCancellationRequested: false }
    const terms = Array.from({ length: 200 }, (_, i) => ({ text: `asthma ${i}` }))
    const found: Alignment[] = []
    const work = alignTerms(terms, parts(), {
      token,
      onBatch(batch) {
        found.push(...batch)
        token.isCancellationRequested = true
      },
    })
    await assert.rejects(work, CancelledError)
    assert.equal(found.length, 32)
  })
})

describe('the second opinion', () => {
  it('is asked of terms in doubt only', async () => {
    const engine = fakeEngine()
    const some = parts({ engine })
    await aligned(termsOf('Asthma', 'asthma of the heart', 'zzz'), some)
    assert.deepEqual(
      engine.calls.map((call) => 'text' in call && call.text),
      ['asthma of the heart'],
    )
  })

  it('reads the term in its context', async () => {
    const engine = fakeEngine()
    const some = parts({ engine, secondOpinion: 'always' })
    await aligned([{ text: 'heart attack', context: 'A Heart Attack last year' }], some)
    await aligned([{ text: 'heart attack', context: 'cardiac history' }], some)
    const read = engine.calls.flatMap((call) =>
      call.kind === 'score'
        ? [[call.text, call.text.slice(call.mentions[0]?.span.start, call.mentions[0]?.span.end)]]
        : [],
    )
    assert.deepEqual(read, [
      ['A Heart Attack last year', 'Heart Attack'],
      ['heart attack. cardiac history', 'heart attack'],
    ])
  })

  it('raises the probability where it agrees, and flags the term where it does not', async () => {
    const term = termsOf('asthma of the heart')
    const [alone] = await aligned(term, parts())
    const favour = (id: string) => ({ score: ({ name }: { name: string }) => (name.startsWith(id) ? 3 : 0) })
    const first = alone?.candidates[0]?.matchedName ?? ''
    const [agreeing] = await aligned(term, parts({ fake: favour(first) }))
    const [other] = await aligned(term, parts({ fake: favour(alone?.candidates[1]?.matchedName ?? '') }))
    assert.equal(alone?.agreement, 'alone')
    assert.equal(agreeing?.agreement, 'agree')
    assert.ok((agreeing?.probability ?? 0) > (alone?.probability ?? 1))
    assert.equal(other?.agreement, 'disagree')
    assert.ok((other?.probability ?? 1) <= 0.5)
  })

  it('fails as a whole when the engine does', async () => {
    const broken = parts({ fake: { failure: new Error('broken') }, secondOpinion: 'always' })
    await assert.rejects(aligned(termsOf('asthma', 'heart'), broken), /broken/)
  })
})

describe('weighing evidence', () => {
  const candidates = (dense: readonly number[]): Candidate[] =>
    ['T:1', 'T:2'].map((id, i) => ({
      concept: i,
      id,
      matchedName: id,
      matchedKind: 'preferred',
      preferredName: id,
      lexicalScore: 0.6 - i / 10,
      denseScore: dense[i] ?? 0,
      exact: false,
      nameCount: 0,
      conceptCount: 0,
      nMatches: 1,
      officialScore: 0.6 - i / 10,
      types: [],
      groups: [],
    }))
  const evidenceOf = (dense: readonly number[]): Evidence[] => namesEvidence({ text: 'x' }, candidates(dense))

  it('gives shares that add up to 1 with that of "none"', () => {
    const { shares } = weigh(evidenceOf([]), plainModel)
    const none = 1 / (1 + Math.exp(0) + Math.exp(-1))
    assert.ok(Math.abs(shares.reduce((a, b) => a + b, none) - 1) < 1e-9)
  })

  it('takes vectors where there are any, also for some candidates only', () => {
    const { order, agreement } = weigh(evidenceOf([0, 0.9]), modelWithVectors)
    assert.deepEqual(order, [1, 0])
    assert.equal(agreement, 'disagree')
    assert.equal(weigh(evidenceOf([0.9, 0.1]), modelWithVectors).agreement, 'agree')
  })

  it('does without a source that no weights were fitted for', () => {
    const { order, probability } = weigh(evidenceOf([0.1, 1]), plainModel)
    const plain = weigh(evidenceOf([]), plainModel)
    assert.deepEqual(order, plain.order)
    assert.equal(probability, plain.probability)
  })
})
