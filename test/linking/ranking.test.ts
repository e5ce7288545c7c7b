import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import type { Mention } from '../../src/core/index.ts'
import { retrieveCandidates } from '../../src/linking/candidates/index.ts'
import {
  certainReranker,
  rankByPrior,
  rankMentions,
  typeLabelOf,
  unranked,
} from '../../src/linking/ranking/index.ts'
import type { MentionToRank, Ranking } from '../../src/linking/ranking/index.ts'
import { fakeEngine } from '../support/engine.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'

const kb = knowledgeBaseOf([
  { id: 'T:1', names: ['Common Cold', { text: 'cold', count: 4 }], groups: ['DISO'] },
  { id: 'T:2', names: ['Cold Temperature', { text: 'cold', count: 1 }], groups: ['PHEN'] },
  { id: 'T:3', names: ['Cold Sore'] },
  { id: 'T:4', names: ['Asthma'], groups: ['DISO', 'PHEN'] },
])

const TEXT = 'cold, asthma, cold, colds, none'

function request(word: string, from = 0, more: Partial<Mention> = {}): MentionToRank {
  const start = TEXT.indexOf(word, from)
  const mention: Mention = {
    span: { start, end: start + word.length },
    text: word,
    origins: ['dictionary'],
    ...more,
  }
  const lookedUp = mention.expansion ?? word
  return { mention, lookedUp, candidates: unranked(retrieveCandidates(kb, lookedUp, { limit: 64 })) }
}

const sum = ({ candidates, none }: Ranking): number =>
  candidates.reduce((total, one) => total + one.probability, none)

describe('rankMentions', () => {
  it('asks once for a passage and once for identical mentions', async () => {
    const engine = fakeEngine()
    const mentions = [request('cold'), request('asthma'), request('cold', 10)]
    const [first, second, third] = await rankMentions(TEXT, mentions, { engine, nRanked: 2 })
    assert.equal(engine.calls.length, 1)
    const [call] = engine.calls
    assert.ok(call?.kind === 'score')
    assert.deepEqual(
      call.mentions.map(({ span, candidates }) => [span.start, candidates.length]),
      [
        [0, 2],
        [6, 1],
      ],
    )
    assert.equal(first, third)
    assert.equal(second?.candidates[0]?.id, 'T:4')
  })

  it('gives probabilities that add up to one, with the none logit and the temperature', async () => {
    const engine = fakeEngine({
      score: ({ name }) => (name === 'cold' ? 2 : 1),
      none: () => 0.5,
      info: { temperature: 2, noneBias: 0.5 },
    })
    const [ranking] = await rankMentions(TEXT, [request('cold')], { engine, nRanked: 2 })
    assert.ok(ranking)
    assert.ok(Math.abs(sum(ranking) - 1) < 1e-12)
    assert.ok(Math.abs(ranking.none - Math.exp(0.5) / (2 * Math.exp(1) + Math.exp(0.5))) < 1e-6)
    assert.deepEqual(
      ranking.candidates.slice(2).map(({ probability }) => probability),
      [0],
    )
  })

  it('does not depend on the order or the company of the mentions', async () => {
    const all = [request('cold'), request('asthma'), request('colds'), request('none'), request('cold', 10)]
    const together = await rankMentions(TEXT, all, { engine: fakeEngine(), nRanked: 10 })
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4]), async (picked) => {
        const mentions = picked.map((i) => all[i] as MentionToRank)
        const rankings = await rankMentions(TEXT, mentions, { engine: fakeEngine(), nRanked: 10 })
        assert.deepEqual(
          rankings,
          picked.map((i) => together[i]),
        )
      }),
      { seed: 7, numRuns: 50 },
    )
  })

  it('keeps apart what looks alike but is looked up otherwise', async () => {
    const engine = fakeEngine()
    const mentions = [
      request('cold'),
      { ...request('cold', 10, { group: 'DISO' }), groupShares: { DISO: 0.8, CHEM: 0.2 } },
      request('colds', 0, { expansion: 'cold' }),
    ]
    await rankMentions(TEXT, mentions, { engine, nRanked: 3 })
    const [call] = engine.calls
    assert.ok(call?.kind === 'score')
    assert.deepEqual(
      call.mentions.map(({ candidates }) => [candidates[0]?.features[7], candidates[0]?.features[9]]),
      [
        [0, 0.5],
        [0, 0.8],
        [1, 0.5],
      ],
    )
  })

  it('has the encoder read what the ranker of features lets through, and keeps the others', async () => {
    const engine = fakeEngine({
      // Only the rank counts, and late places win.
      info: {
        featureRanker: {
          linear: [0, 0, 0, 0, 0, 0, 0, 0, -9, 0],
          bias: 5,
          hidden: [],
          hiddenBias: [],
          output: [],
        },
      },
    })
    const { candidates } = request('cold')
    const [ranking] = await rankMentions(TEXT, [request('cold')], { engine, nRanked: 2 })
    const [call] = engine.calls
    assert.ok(call?.kind === 'score')
    assert.deepEqual(
      call.mentions[0]?.candidates.map(({ preferred }) => preferred),
      candidates.slice(1, 3).map(({ preferredName }) => preferredName),
    )
    assert.deepEqual(
      ranking?.candidates.map(({ id }) => id).toSorted(),
      candidates.map(({ id }) => id).toSorted(),
    )
    assert.deepEqual(
      ranking?.candidates.map(({ probability }) => probability > 0),
      candidates.map((_, place) => place < 2),
    )
  })

  it('ranks what is nearest to a focus first, and everything as without one', async () => {
    const words = Array.from({ length: 14 }, (_, i) => ({ start: 5 * i, end: 5 * i + 4 }))
    const text = words.map(() => 'cold').join(' ')
    const mentions = words.map((span, i) => request('cold', 0, { span, group: `G${i % 12}` }))
    const plain = await rankMentions(text, mentions, { engine: fakeEngine(), nRanked: 4 })
    const nPerMention = plain[0]?.candidates.filter(({ probability }) => probability > 0).length ?? 0
    assert.ok(nPerMention >= 3)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: text.length }), async (offset) => {
        const engine = fakeEngine()
        const calls: (readonly (readonly [MentionToRank, Ranking])[])[] = []
        const focus = { offset, onRanked: (some: (typeof calls)[0]) => void calls.push(some) }
        const rankings = await rankMentions(text, mentions, { engine, nRanked: 4, focus })
        assert.deepEqual(rankings, plain)
        const [near = [], ...more] = calls
        assert.equal(more.length, 0)
        assert.equal(engine.calls.length, 2)
        const places = near.map(([one]) => mentions.indexOf(one))
        assert.deepEqual(
          places,
          places.map((_, i) => (places[0] ?? 0) + i),
        )
        const distances = mentions.map(({ mention: { span } }) =>
          Math.max(span.start - offset, offset - span.end, 0),
        )
        const farthest = Math.max(...places.map((place) => distances[place] ?? 0))
        assert.ok(distances.every((distance, place) => places.includes(place) || distance >= farthest))
        assert.ok(near.length > 0 && near.length * nPerMention <= 24)
        assert.deepEqual(
          near.map(([, ranking]) => ranking),
          places.map((place) => plain[place]),
        )
      }),
      { seed: 5, numRuns: 40 },
    )
  })

  it('asks once when a focus leaves nothing for later', async () => {
    const engine = fakeEngine()
    const focus = { offset: 0, onRanked: () => assert.fail('there is nothing to wait for') }
    await rankMentions(TEXT, [request('cold'), request('asthma')], { engine, nRanked: 4, focus })
    assert.equal(engine.calls.length, 1)
  })

  it('does not trouble the engine without candidates', async () => {
    const engine = fakeEngine()
    const mention = { ...request('none'), candidates: [] }
    assert.deepEqual(await rankMentions(TEXT, [mention], { engine, nRanked: 3 }), [
      { candidates: [], none: 1 },
    ])
    assert.equal(engine.calls.length, 0)
  })

  it('writes the groups as the model was taught', () => {
    assert.equal(
      typeLabelOf(['DISO', 'XXXX', 'PHEN'], { DISO: 'disorder', PHEN: 'phenomenon' }),
      'disorder, phenomenon',
    )
  })
})

describe('rankByPrior', () => {
  it('shares 0.9 among exact names by how often they were seen', () => {
    const ranking = rankByPrior(request('cold').candidates, 10)
    assert.deepEqual(
      ranking.candidates.map(({ id, probability }) => [id, Math.round(probability * 1000)]),
      [
        ['T:1', 675],
        ['T:2', 225],
        ['T:3', 0],
      ],
    )
    assert.ok(Math.abs(sum(ranking) - 1) < 1e-12)
  })

  it('doubts similar names, and everything without one', () => {
    const ranking = rankByPrior(request('colds').candidates, 10)
    assert.ok(ranking.none > 0.4 && Math.abs(sum(ranking) - 1) < 1e-12)
    assert.deepEqual(rankByPrior([], 10), { candidates: [], none: 1 })
  })
})

describe('certainReranker', () => {
  /** What an equal name is worth; `bias` is what every candidate has. */
  const engineThatLikes = (exact: number, bias: number) =>
    fakeEngine({
      info: {
        featureRanker: {
          linear: [0, exact, 0, 0, 0, 0, 0, 0, 0, 0],
          bias,
          hidden: [],
          hiddenBias: [],
          output: [],
        },
      },
    })
  const analysis = { tokens: [], wordStarts: [], heads: [] }
  const answersOf = (engine: ReturnType<typeof fakeEngine>, ...words: readonly string[]) =>
    certainReranker(engine, { from: 0.9, nRanked: 2 }).rank(
      TEXT,
      words.map((word) => request(word)),
      { analysis },
    ) as (Ranking | undefined)[]

  it('answers a mention with one equal name, and leaves those with several or none', () => {
    const [asthma, cold, colds, none] = answersOf(engineThatLikes(9, -4), 'asthma', 'cold', 'colds', 'none')
    assert.equal(asthma?.candidates[0]?.id, 'T:4')
    assert.ok(asthma.candidates[0].probability >= 0.9)
    assert.ok(Math.abs(sum(asthma) - 1) < 1e-12)
    assert.deepEqual([cold, colds, none], [undefined, undefined, undefined])
  })

  it('leaves a name that is alike, however sure the features are', () => {
    const [colds] = answersOf(engineThatLikes(0, 9), 'colds')
    assert.equal(colds, undefined)
  })

  it('leaves an equal name that the features doubt', () => {
    assert.deepEqual(answersOf(engineThatLikes(9, -8), 'asthma'), [undefined])
  })

  it('leaves everything while the model does not answer', async () => {
    const reranker = certainReranker(engineThatLikes(9, -4), { from: 0.9, nRanked: 2 })
    assert.deepEqual(await reranker.rank(TEXT, [request('asthma')], {}), [undefined])
  })
})
