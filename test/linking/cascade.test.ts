import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { CancelledError } from '../../src/core/index.ts'
import type { Candidate } from '../../src/core/index.ts'
import { candidatesOf } from '../../src/linking/candidates/index.ts'
import type { CandidateLayer, CandidateSource } from '../../src/linking/candidates/index.ts'
import { createGuards } from '../../src/linking/guards.ts'
import { rankInCascade } from '../../src/linking/ranking/index.ts'
import type { CascadeStep, MentionToRank, Ranking, Reranker } from '../../src/linking/ranking/index.ts'
import { linkBetween } from '../support/links.ts'

const mentionsOf = (...texts: readonly string[]): MentionToRank[] =>
  texts.map((text, i) => ({
    mention: { span: { start: i * 10, end: i * 10 + text.length }, text, origins: ['tagger'] },
    lookedUp: text,
    candidates: linkBetween(text, 0, 0).candidates,
  }))

const rankingOf = (probability: number): Ranking => ({
  candidates: linkBetween('', probability, 0).candidates,
  none: 1 - probability,
})

/** Answers these texts with these probabilities, leaves the others; without answers it cannot say. */
function reranker(name: string, answers?: Readonly<Record<string, number>>): Reranker {
  return {
    name,
    key: answers,
    chosenBy: 'rule',
    consequence: name,
    rank: (_, mentions) =>
      Promise.resolve(
        answers &&
          mentions.map(({ lookedUp }) => {
            const probability = answers[lookedUp]
            return probability === undefined ? undefined : rankingOf(probability)
          }),
      ),
  }
}

/** Who answered each mention, and what each ranker was asked. */
async function cascade(steps: readonly CascadeStep[], mentions: readonly MentionToRank[]) {
  const asked: string[] = []
  const answers = await rankInCascade(steps, mentions, {
    ask: (one, some) => {
      const texts = some.map(({ lookedUp, previous }) => `${lookedUp}${previous ? '+' : ''}`)
      asked.push(`${one.name}: ${texts.join(' ')}`)
      return one.rank('', some, {})
    },
  })
  return { asked, by: answers.map((answer) => answer?.by.name ?? '-').join(' ') }
}

describe('rankInCascade', () => {
  const mentions = mentionsOf('a', 'b', 'c')

  it('gives a ranker what those before it left open', async () => {
    const steps = [
      { reranker: reranker('sure', { b: 1 }) },
      { reranker: reranker('all', { a: 1, b: 1, c: 1 }) },
    ]
    assert.deepEqual(await cascade(steps, mentions), {
      asked: ['sure: a b c', 'all: a c'],
      by: 'all sure all',
    })
  })

  it('goes on where one cannot say, and asks nobody about nothing', async () => {
    const steps = [
      { reranker: reranker('silent') },
      { reranker: reranker('all', { a: 1, b: 1, c: 1 }) },
      { reranker: reranker('late', {}) },
    ]
    assert.deepEqual(await cascade(steps, mentions), {
      asked: ['silent: a b c', 'all: a b c'],
      by: 'all all all',
    })
    assert.equal((await cascade([{ reranker: reranker('silent') }], mentions)).by, '- - -')
  })

  it('asks a second opinion about what is uncertain, and keeps the first where there is none', async () => {
    const first = reranker('first', { a: 0.9, b: 0.6, c: 0.55 })
    const second = reranker('second', { b: 1 })
    assert.deepEqual(await cascade([{ reranker: first }, { reranker: second, ifBelow: 0.8 }], mentions), {
      asked: ['first: a b c', 'second: b+ c+'],
      by: 'first second first',
    })
    // "None of these" is an answer too: 0.05 for a concept is as certain as 0.95.
    const none = reranker('none', { a: 0.05, b: 0.5, c: 0.5 })
    assert.deepEqual(
      (await cascade([{ reranker: none }, { reranker: second, ifBelow: 0.8 }], mentions)).asked,
      ['none: a b c', 'second: b+ c+'],
    )
  })

  it('shows with the nearest mentions those between them that are ranked already', async () => {
    const seen: string[][] = []
    const near: Reranker = {
      ...reranker('near'),
      rank: (_, some, { focus }) => {
        const [first, ...others] = some
        focus?.onRanked([first, others[0]].flatMap((one) => (one ? [[one, rankingOf(0.7)] as const] : [])))
        return Promise.resolve(some.map(() => rankingOf(0.7)))
      },
    }
    const all = mentionsOf('a', 'b', 'c', 'd', 'e')
    await rankInCascade([{ reranker: reranker('sure', { a: 1, c: 1, e: 1 }) }, { reranker: near }], all, {
      ask: (one, some, focus) => one.rank('', some, { focus }),
      focus: {
        offset: 0,
        onRanked: (nearest) => seen.push(nearest.map(([{ lookedUp }, { by }]) => `${lookedUp} ${by.name}`)),
      },
    })
    assert.deepEqual(seen, [['b near', 'c sure', 'd near']])
  })
})

describe('candidatesOf', () => {
  const concept = (id: string): Candidate => ({ ...linkBetween(id, 1, 0).candidates[0]!, id })
  const layer = (
    ids: readonly string[] | undefined,
    ifFewerThan?: number,
  ): CandidateLayer & { asked: number } => {
    const source: CandidateSource = {
      name: 'some',
      key: ids,
      consequence: '',
      find(_, limit) {
        one.asked += 1
        return ids?.slice(0, limit).map(concept)
      },
    }
    const one = { source, ifFewerThan, asked: 0 }
    return one
  }
  const found = async (limit: number, ...layers: readonly CandidateLayer[]) =>
    (await candidatesOf(layers, { text: 'x', limit }, async (source, ...call) => source.find(...call))).map(
      ({ id }) => id,
    )

  it('puts those of an upper layer first, each once', async () => {
    assert.deepEqual(await found(9, layer(['a', 'b']), layer(undefined), layer(['b', 'c'])), ['a', 'b', 'c'])
  })

  it('stops where there is enough', async () => {
    const late = layer(['c'], 2)
    assert.deepEqual(await found(9, layer(['a', 'b']), late), ['a', 'b'])
    assert.deepEqual(await found(9, layer(['a']), late), ['a', 'c'])
    assert.equal(late.asked, 1)
    const never = layer(['c'])
    assert.deepEqual(await found(2, layer(['a', 'b']), never), ['a', 'b'])
    assert.equal(never.asked, 0)
    assert.deepEqual(await found(2, layer(['a']), layer(['b', 'c'])), ['a', 'b'])
  })
})

describe('createGuards', () => {
  it('tells of a failure once until something works, and of one cause once', async () => {
    const said: string[] = []
    const ignore = () => undefined
    const guards = createGuards({
      error: ignore,
      warn: (message) => said.push(message),
      info: ignore,
      debug: ignore,
    })
    const fail = () => Promise.reject(new Error('gone'))
    const read = guards('Nothing is read')
    assert.equal(await read(fail), undefined)
    assert.equal(await guards('Nothing is read')(fail), undefined)
    // One that has nothing to say has not worked.
    assert.equal(await read(() => Promise.resolve(undefined)), undefined)
    await read(fail)
    assert.deepEqual(said, ['Nothing is read: gone'])
    assert.equal(await read(() => Promise.resolve(1)), 1)
    await read(fail)
    assert.equal(said.length, 2)
    await assert.rejects(
      read(() => Promise.reject(new CancelledError())),
      CancelledError,
    )
  })
})
