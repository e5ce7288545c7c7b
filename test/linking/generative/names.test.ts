import assert from 'node:assert/strict'
import fc from 'fast-check'
import { fold } from '../../../src/knowledge/index.ts'
import {
  namesPrompt,
  questionOf,
  readNames,
  tokensFor,
  type MarkedMention,
} from '../../../src/linking/ranking/generative/index.ts'

const TEXT = 'After an MI most patients took aspirin.'
const MI: MarkedMention = { span: { start: 9, end: 11 }, text: 'MI', expansion: 'myocardial infarction' }
const read = (text: string, most = 5, isCut = false): readonly string[] =>
  readNames({ text, isCut }, { mention: MI, most })

describe('prompt for other names', () => {
  it('begins as the question for a letter does, and says what is wanted', () => {
    const { prompt, context } = namesPrompt(TEXT, MI, 3)
    const question = questionOf(TEXT, { mention: MI, candidates: [] }, [])
    const shared = question.prompt.indexOf('Options:')
    assert.equal(prompt.slice(0, shared), question.prompt.slice(0, shared))
    assert.deepEqual(context, question.context)
    assert.match(
      prompt.slice(shared),
      /^Write 3 other names of the concept .* One name a line, and nothing else\.\nNames:$/,
    )
    assert.match(namesPrompt(TEXT, MI, 1).prompt, /Write one other name of/)
    assert.ok(tokensFor(3) > tokensFor(1))
  })
})

describe('names that a model wrote', () => {
  for (const [what, answer, expected] of [
    ['lines', 'heart attack\ncardiac infarction\n', ['heart attack', 'cardiac infarction']],
    [
      'numbers',
      '1. heart attack\n2) cardiac infarction\n(3) AMI',
      ['heart attack', 'cardiac infarction', 'AMI'],
    ],
    [
      'bullets',
      '- heart attack\r\n• cardiac infarction\n* AMI',
      ['heart attack', 'cardiac infarction', 'AMI'],
    ],
    [
      'quotation marks',
      '"heart attack"\n“cardiac infarction”\n`AMI`',
      ['heart attack', 'cardiac infarction', 'AMI'],
    ],
    ['Markdown', '1. **Heart attack**\n2. *cardiac infarction*', ['Heart attack', 'cardiac infarction']],
    ['labels', 'Preferred term: Heart attack\nSynonym 2: coronary', ['Heart attack', 'coronary']],
    ['explanations', 'heart attack - as laymen say\ncoronary: an older word', ['heart attack', 'coronary']],
    ['remarks', 'AMI (abbreviation)\ncoronary (used in the United Kingdom only)', ['AMI', 'coronary']],
    [
      'sentences around',
      'Sure! Here are 2 other names:\n\nheart attack\ncoronary\n\nThe mention refers to a disease.',
      ['heart attack', 'coronary'],
    ],
    ['thoughts', '<think>MI may be\nMichigan</think>\nheart attack', ['heart attack']],
    ['thoughts without end', '<think>MI may be\nMichigan', []],
    ['repeats', 'heart attack\nHeart Attack\nheart-attack', ['heart attack']],
    ['the mention itself', 'MI\nMyocardial Infarction\nheart attack', ['heart attack']],
    ['nothing', 'None\nN/A\nNo other names\n-\n…\n', []],
    ['a list in a line', 'heart attack, coronary, AMI', ['heart attack', 'coronary', 'AMI']],
    [
      'another list in a line',
      'heart attack; Infarction, Myocardial',
      ['heart attack', 'Infarction, Myocardial'],
    ],
    [
      'names with signs',
      '1,2-dichloroethane\nN-acetyl-L-cysteine\nCD4+ T cell\nα-synuclein',
      ['1,2-dichloroethane', 'N-acetyl-L-cysteine', 'CD4+ T cell', 'α-synuclein'],
    ],
    [
      'names with parts of their own',
      'Diabetes Mellitus, Type 2\nMyotonin-protein kinase (DMPK)',
      ['Diabetes Mellitus, Type 2', 'Myotonin-protein kinase (DMPK)'],
    ],
    ['overlong lines', `${'very '.repeat(40)}long\n${'x'.repeat(200)}\nheart attack`, ['heart attack']],
  ] as const)
    it(`are read among ${what}`, () => assert.deepEqual(read(answer), expected))

  it('are as many as asked for, and not half ones', () => {
    assert.deepEqual(read('a1\nb2\nc3\nd4', 2), ['a1', 'b2'])
    assert.deepEqual(read('heart attack\ncardiac infar', 5, true), ['heart attack'])
    assert.deepEqual(read('heart attack\n', 5, true), ['heart attack'])
    // All that there is may be half a name, too; it is still the best there is.
    assert.deepEqual(read('heart attack', 5, true), ['heart attack'])
  })

  it('are other names, each once, whatever was written', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '\n',
        '1. ',
        '- ',
        '**',
        '"',
        ': ',
        '(',
        ')',
        ', ',
        ';',
        '<think>',
        '</think>',
        'MI',
        ' is a ',
      ),
      fc.string({ unit: 'grapheme' }),
    )
    fc.assert(
      fc.property(fc.array(piece), fc.integer({ min: 1, max: 10 }), fc.boolean(), (pieces, most, isCut) => {
        const names = read(pieces.join(''), most, isCut)
        assert.ok(names.length <= most)
        assert.equal(new Set([...names, 'MI', 'myocardial infarction'].map(fold)).size, names.length + 2)
        for (const name of names) assert.ok(name.length <= 120 && !name.includes('\n') && fold(name) !== '')
      }),
      { seed: 17, numRuns: 500 },
    )
  })

  it('are read from the beginning of an answer without end', () => {
    const endless = ['(', 'a ', '*', 'a: ', ' -', '\n', '1. x\n'].map((piece) => piece.repeat(2e6))
    for (const text of endless) assert.ok(read(`heart attack\n${text}`).includes('heart attack'))
    assert.deepEqual(read(`${' '.repeat(2e6)}\nheart attack`), [])
  })
})
