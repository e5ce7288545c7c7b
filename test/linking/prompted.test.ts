import assert from 'node:assert/strict'
import fc from 'fast-check'
import { NO_USAGE, type Prompt } from '../../src/core/index.ts'
import {
  createPromptedExtractor,
  extractionPrompt,
  placeMentions,
  readAnswer,
} from '../../src/linking/mentions/prompted/index.ts'

const TYPES = ['Disease', 'Chemical']
const LITHIUM = { text: 'lithium', type: 'Chemical' }
const ASTHMA = { text: 'asthma', type: 'Disease' }

describe('extractionPrompt', () => {
  it('names the types, the form of the answer and the passage, each once', () => {
    const prompt = extractionPrompt('Lithium and asthma.', TYPES)
    assert.match(prompt, /"Disease", "Chemical"\.\nAnswer with a JSON list/)
    assert.ok(prompt.endsWith('\n\nPassage:\nLithium and asthma.'), prompt)
  })

  it('begins alike for all passages, so that a model reads the beginning once', () => {
    const [one = '', other = ''] = ['Gold.', 'Silver.'].map((passage) => extractionPrompt(passage, TYPES))
    assert.equal(one.slice(0, -'Gold.'.length), other.slice(0, -'Silver.'.length))
  })
})

describe('readAnswer', () => {
  const LIST = '[{"text":"lithium","type":"Chemical"},{"text":"asthma","type":"Disease"}]'
  const read: readonly (readonly [string, string, 'json' | 'repaired'])[] = [
    ['a list', LIST, 'json'],
    [
      'a list in a fence with words around it',
      `Here it is:\n\`\`\`json\n${LIST}\n\`\`\`\nAnything else?`,
      'json',
    ],
    ['a list behind thoughts', `<think>[maybe {"text": "x"}]</think>${LIST}`, 'json'],
    ['a list that is the value of an object', `{"mentions": ${LIST}}`, 'json'],
    ['a list that broke off', LIST.slice(0, -2), 'repaired'],
    ['other quotes and a comma too many', LIST.replaceAll('"', "'").replace('}]', '},]'), 'repaired'],
  ]
  for (const [what, answer, form] of read)
    it(`reads ${what}`, () => {
      assert.deepEqual(readAnswer(answer), { mentions: [LITHIUM, ASTHMA], form, nMalformed: 0 })
    })

  it('counts items that are no mention', () => {
    const answer =
      '[{"text":"lithium","type":"Chemical"},"asthma",{"text":3,"type":"Disease"},{"text":" ","type":"x"},null]'
    assert.deepEqual(readAnswer(answer), { mentions: [LITHIUM], form: 'json', nMalformed: 4 })
  })

  for (const answer of ['', 'There are none.', '<think>[', '{"a": 1}', '{"a": [], "b": []}'])
    it(`makes nothing of ${JSON.stringify(answer)}`, () => {
      assert.equal(readAnswer(answer).form, 'unreadable')
    })

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'[]{}":,\\ax\n<think>') }),
        (text) => void readAnswer(text),
      ),
      {
        seed: 5,
      },
    )
  })
})

describe('placeMentions', () => {
  const PASSAGE = 'Lithium helps. Chronic lithium\nnephropathy, lithium; hyperlithiumia.'
  const placed = (...listed: readonly (readonly [string, string])[]) => {
    const { mentions, counts } = placeMentions(
      PASSAGE,
      listed.map(([text, type]) => ({ text, type })),
      TYPES,
    )
    const told = Object.entries(counts).filter(([, count]) => count > 0)
    return { found: mentions.map(({ start, end, label }) => [PASSAGE.slice(start, end), start, label]), told }
  }

  it('finds every place of a text, as whole words', () => {
    assert.deepEqual(placed(['lithium', 'Chemical']), {
      found: [['lithium', 23, 'Chemical'], ['lithium', 44, 'Chemical']],
      told: [],
    }) // prettier-ignore
  })

  it('keeps the longest of overlapping places', () => {
    assert.deepEqual(placed(['lithium', 'chemical'], ['Chronic lithium nephropathy', 'Disease']), {
      found: [['Chronic lithium\nnephropathy', 15, 'Disease'], ['lithium', 44, 'Chemical']],
      told: [['nInexact', 1], ['nOverlapping', 1]],
    }) // prettier-ignore
  })

  it('counts what is invented, of another type, or listed too often', () => {
    const all = placed(
      ['aspirin', 'Chemical'],
      ['Lithium', 'Drug'],
      ['Lithium', 'Chemical'],
      ['Lithium', 'Chemical'],
    )
    assert.deepEqual(all.found, [['Lithium', 0, 'Chemical']])
    assert.deepEqual(all.told, [['nOtherType', 1], ['nInvented', 1], ['nRepeated', 1]]) // prettier-ignore
  })

  it('takes signs in a text for themselves', () => {
    const passage = 'IL-2 (a+b)* [x] $1 ^c.'
    const listed = ['(a+b)*', '[x]', '$1', '^c.'].map((text) => ({ text, type: 'Chemical' }))
    const { mentions } = placeMentions(passage, listed, TYPES)
    assert.deepEqual(
      mentions.map(({ start, end }) => passage.slice(start, end)),
      ['(a+b)*', '[x]', '$1', '^c.'],
    )
  })
})

describe('createPromptedExtractor', () => {
  it('sums over passages what answers were like, and asks nothing of an empty passage', async () => {
    const answers = [
      '[{"text":"lithium","type":"Chemical"}]',
      'I cannot.',
      '[{"text":"gold","type":"Chemical"}',
    ]
    const asked: string[] = []
    const write = ({ prompt }: Prompt) => {
      const text = answers[asked.push(prompt) - 1] ?? ''
      return Promise.resolve({ text, isCut: text.endsWith('}'), usage: NO_USAGE })
    }
    const extractor = createPromptedExtractor({ name: 'double', write }, TYPES)
    const found = await extractor.mentions('Oral lithium.')
    assert.deepEqual(found, [{ start: 5, end: 12, label: 'Chemical' }])
    for (const passage of ['', 'Nothing.', 'Silver.']) assert.deepEqual(await extractor.mentions(passage), [])
    assert.equal(asked.length, 3)
    const { nAnswers, nUnreadable, nRepaired, nCut, nListed, nInvented } = extractor.counts()
    assert.deepEqual([nAnswers, nUnreadable, nRepaired, nCut, nListed, nInvented], [3, 1, 1, 1, 2, 1])
  })

  it('fails where the model cannot be asked', async () => {
    const unanswered = 'A question has 90 tokens'
    const write = () => Promise.resolve({ text: '', isCut: false, unanswered, usage: NO_USAGE })
    const extractor = createPromptedExtractor({ name: 'double', write }, TYPES)
    await assert.rejects(extractor.mentions('Oral lithium.'), { code: 'lm-unanswered', message: unanswered })
    assert.equal(extractor.counts().nAnswers, 0)
  })
})
