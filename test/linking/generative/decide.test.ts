import assert from 'node:assert/strict'
import type { RankedCandidate } from '../../../src/core/index.ts'
import {
  decideMentions,
  MOST_OPTIONS,
  NONE,
  questionOf,
  type MentionToDecide,
} from '../../../src/linking/ranking/generative/index.ts'
import { ordersOf } from '../../../src/linking/ranking/generative/orders.ts'
import { byText, letterModel, optionsOf } from '../../support/letterModel.ts'

const TEXT =
  'Patients with T2D received metformin.\nIt is a drug that lowers glucose, and it was tolerated by most of those who had taken it before.'

const candidate = (matchedName: string, preferredName = matchedName, id = matchedName): RankedCandidate => ({
  ...{ concept: 0, id, matchedName, matchedKind: 'synonym', preferredName, lexicalScore: 1, denseScore: 1 },
  ...{ exact: true, nameCount: 0, conceptCount: 0, nMatches: 1, officialScore: 1.7 },
  ...{ types: [], groups: [], probability: 0 },
})

function mention(
  surface: string,
  candidates: readonly RankedCandidate[],
  expansion?: string,
): MentionToDecide {
  const start = TEXT.indexOf(surface)
  const span = { start, end: start + surface.length }
  return { mention: { span, text: surface, ...(expansion === undefined ? {} : { expansion }) }, candidates }
}

const T2D = mention(
  'T2D',
  [candidate('T2D', 'Diabetes mellitus type 2'), candidate('T1D'), candidate('t2d', 'T2D')],
  'type 2 diabetes',
)
const shifted = ({ mention: { span, ...others } }: MentionToDecide): MentionToDecide['mention'] => ({
  ...others,
  span: { start: span.start + 2, end: span.end + 2 },
})
const METFORMIN = mention('metformin', [candidate('metformin', 'Metformin'), candidate('phenformin')])

describe('question about a mention', () => {
  it('has the text, the marked mention, lettered options and a way out', () => {
    const { prompt, letters } = questionOf(TEXT, T2D, [0, 1, 2])
    assert.equal(
      prompt,
      [
        'Decide which concept a marked mention in a biomedical text means.',
        '',
        `Text: ${TEXT.replace('\n', ' ')}`,
        '',
        'Mention: Patients with **T2D** received metformin. It is a drug that lowers glucose, and… (short for type 2 diabetes)',
        'Options:',
        'A. T2D (Diabetes mellitus type 2)',
        'B. T1D',
        'C. T2D',
        'D. None of the above',
        '',
        'Answer with the letter of the best option, and nothing else.',
        'Answer:',
      ].join('\n'),
    )
    assert.deepEqual(letters, ['A', 'B', 'C', 'D'])
  })

  it('shows options in the order asked for, "None of the above" always last, and at most ten', () => {
    assert.deepEqual(optionsOf(questionOf(TEXT, METFORMIN, [1, 0])), ['phenformin', 'Metformin', NONE])
    const many = mention(
      'metformin',
      Array.from({ length: 14 }, (_, i) => candidate(`drug ${i}`)),
    )
    const [order = []] = ordersOf(MOST_OPTIONS, 1, 1)
    assert.equal(optionsOf(questionOf(TEXT, many, order)).length, 11)
  })

  it('may lose of its text what is farthest from the mention', () => {
    for (const one of [T2D, METFORMIN]) {
      const { prompt, context } = questionOf(`  ${TEXT}`, { ...one, mention: shifted(one) }, [0])
      assert.ok(context)
      assert.equal(prompt.slice(context.start, context.end), TEXT.replace('\n', ' '))
      assert.ok(prompt.slice(context.around, context.end).startsWith(one.mention.text))
    }
  })

  it('begins like all questions about its text, up to the mention', () => {
    const [a, b] = [questionOf(TEXT, T2D, [0, 1, 2]).prompt, questionOf(TEXT, METFORMIN, [0, 1]).prompt]
    const shared = a.indexOf('\n\nMention: ')
    assert.equal(a.slice(0, shared), b.slice(0, shared))
    assert.ok(shared > TEXT.length)
  })

  it('tells concepts apart that read alike', () => {
    const alike = mention('T2D', [candidate('T2D', 'T2D', 'X:1'), candidate('T2D', 'T2D', 'X:2')])
    assert.deepEqual(optionsOf(questionOf(TEXT, alike, [0, 1])), ['T2D, X:1', 'T2D, X:2', NONE])
  })
})

describe('orders of options', () => {
  it('are the own one and seeded shuffles of it, the same every time', () => {
    const orders = ordersOf(5, 4, 7)
    assert.deepEqual(orders[0], [0, 1, 2, 3, 4])
    assert.deepEqual(ordersOf(5, 4, 7), orders)
    assert.deepEqual(ordersOf(5, 2, 7), orders.slice(0, 2))
    assert.notDeepEqual(ordersOf(5, 4, 8), orders)
    for (const order of orders) assert.deepEqual(order.toSorted(), [0, 1, 2, 3, 4])
  })

  it('put every option everywhere about as often', () => {
    const orders = ordersOf(4, 4001, 3).slice(1)
    for (let option = 0; option < 4; option += 1) {
      const first = orders.filter(([one]) => one === option).length
      assert.ok(Math.abs(first - 1000) < 120, `${option} stands first ${first} times of 4000`)
    }
  })
})

describe('mentions decided by a language model', () => {
  const options = { nOrders: 1, seed: 1 }

  it('get the probabilities of the letters, all of a text in one call', async () => {
    const model = letterModel(byText((option) => (option === 'phenformin' || option === 'T1D' ? 3 : 1)))
    const { opinions, usage } = await decideMentions(TEXT, [T2D, METFORMIN], { model, ...options })
    const rounded = opinions.map(
      (one) => one && [...one.candidates, one.none].map((x) => Number(x.toFixed(3))),
    )
    assert.deepEqual(rounded, [
      [0.167, 0.5, 0.167, 0.167],
      [0.2, 0.6, 0.2],
    ])
    assert.equal(model.calls.length, 1)
    assert.equal(usage.calls, 2)
  })

  it('do not depend on the order of options when the model does not, whatever the order', async () => {
    const model = letterModel(byText((option) => option.length))
    const alone = await decideMentions(TEXT, [T2D], { model, ...options })
    const shuffled = await decideMentions(TEXT, [T2D], { model, nOrders: 5, seed: 9 })
    shuffled.opinions[0]?.candidates.forEach((p, i) =>
      assert.ok(Math.abs(p - (alone.opinions[0]?.candidates[i] ?? 0)) < 1e-12),
    )
  })

  it('are evened out over orders when the model likes a letter', async () => {
    const model = letterModel(() => ({ kind: 'letter', letter: 'A' }))
    const once = await decideMentions(TEXT, [METFORMIN], { model, ...options })
    assert.deepEqual(
      once.opinions[0]?.candidates.map((p) => p.toFixed(3)),
      ['0.800', '0.100'],
    )
    const often = await decideMentions(TEXT, [METFORMIN], { model, nOrders: 200, seed: 1 })
    const [a = 0, b = 0] = often.opinions[0]?.candidates ?? []
    assert.ok(Math.abs(a - b) < 0.1 && Math.abs(a + b - 0.9) < 1e-9, `${a} ${b}`)
  })

  it('have no opinion where nothing is said of the options', async () => {
    const silent = letterModel(({ letters }) => ({
      kind: 'probabilities',
      logProbabilities: letters.map(() => -Infinity),
    }))
    assert.deepEqual((await decideMentions(TEXT, [METFORMIN], { model: silent, ...options })).opinions, [
      undefined,
    ])
    const chatty = letterModel(() => ({ kind: 'other', text: 'Well' }))
    assert.deepEqual((await decideMentions(TEXT, [METFORMIN], { model: chatty, ...options })).opinions, [
      undefined,
    ])
  })

  it('keep their answers when one alone could not be asked about', async () => {
    const model = letterModel((question) =>
      question.prompt.includes('**T2D**')
        ? { kind: 'unanswered', reason: 'too long' }
        : byText(() => 1)(question),
    )
    const decided = await decideMentions(TEXT, [T2D, METFORMIN], { model, ...options })
    assert.equal(decided.opinions[0], undefined)
    assert.equal(decided.opinions[1]?.candidates.length, 2)
    assert.equal(decided.unanswered, 'too long')
  })

  it('without candidates are not asked about', async () => {
    const model = letterModel(byText(() => 1))
    const { opinions, usage } = await decideMentions(TEXT, [mention('drug', [])], { model, ...options })
    assert.deepEqual([opinions, usage.calls, model.calls.length], [[undefined], 0, 0])
  })
})
