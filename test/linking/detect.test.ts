import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import {
  authorMarks,
  dictionaryDetector,
  findAbbreviations,
  judge,
  mentionsAmong,
  proposalsOf,
  taggerDetector,
} from '../../src/linking/mentions/index.ts'
import type { DetectorPlan, JudgingRules, MentionDetector } from '../../src/linking/mentions/index.ts'
import { fakeEngine } from '../support/engine.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'

const knowledgeBase = knowledgeBaseOf([
  { id: 'T:1', names: ['common cold', 'cold'] },
  { id: 'T:2', names: ['heart failure'] },
  { id: 'T:3', names: ['patient'] },
  { id: 'T:4', names: ['asthma'] },
  { id: 'T:5', names: ['acute HF'] },
])

const rules: JudgingRules = { heads: ['concepts'], hideGeneralWords: true, tagThreshold: 0.5 }
const tagger = taggerDetector(rules.heads)
const dictionary = dictionaryDetector(knowledgeBase, {}, undefined)

interface Options extends Partial<JudgingRules> {
  readonly tags?: Record<string, string>
  readonly author?: readonly { start: number; end: number; here: boolean }[]
  readonly detectors?: readonly MentionDetector[]
}

/** What becomes of the proposals of these detectors, and what they stand in. */
async function judged(text: string, { tags, author = [], detectors, ...changed }: Options) {
  const analysis = tags && (await fakeEngine({ tags }).analyse(text))
  const context = { text, passage: 0, knowledgeBase, abbreviations: findAbbreviations([text]), analysis }
  const found = await proposalsOf([authorMarks, ...(detectors ?? [tagger, dictionary])], (detector) =>
    detector.propose({ ...context, author, analysis: Promise.resolve(analysis) }),
  )
  return { context, proposals: judge(found, context, { ...rules, ...changed }) }
}

/** The mentions as `text/origins/group`. */
async function mentions(text: string, options: Options = {}): Promise<string[]> {
  const { context, proposals } = await judged(text, options)
  return mentionsAmong(proposals, context).map((one) => {
    assert.equal(text.slice(one.span.start, one.span.end), one.text)
    const expansion = one.expansion === undefined ? '' : `=${one.expansion}`
    return `${one.text}${expansion}/${one.origins.join('+')}/${one.group ?? ''}`
  })
}

describe('mentions', () => {
  it('joins tagger and dictionary', async () => {
    assert.deepEqual(
      await mentions('A cold and fever with asthma', { tags: { cold: 'DISO', fever: 'DISO' } }),
      ['cold/tagger+dictionary/DISO', 'fever/tagger/DISO'],
    )
  })

  it('links names alone without a model', async () => {
    assert.deepEqual(await mentions('A common cold with asthma'), [
      'common cold/dictionary/',
      'asthma/dictionary/',
    ])
  })

  it('takes the tagger alone, or names alone', async () => {
    const tags = { fever: 'DISO' }
    assert.deepEqual(await mentions('cold fever', { tags, detectors: [tagger] }), ['fever/tagger/DISO'])
    assert.deepEqual(await mentions('cold fever', { tags, heads: [], detectors: [dictionary] }), [
      'cold/dictionary/',
    ])
  })

  it('lets the longer of equally probable mentions win', async () => {
    assert.deepEqual(await mentions('a common cold', { tags: { 'common cold': 'DISO' } }), [
      'common cold/tagger+dictionary/DISO',
    ])
    assert.deepEqual(await mentions('severe common cold', { tags: { 'severe common cold': 'DISO' } }), [
      'severe common cold/tagger/DISO',
    ])
  })

  it('hides general words unless they are wanted', async () => {
    assert.deepEqual(await mentions('The patients had asthma'), ['asthma/dictionary/'])
    assert.deepEqual(await mentions('The patients had', { hideGeneralWords: false }), [
      'patients/dictionary/',
    ])
  })

  it('writes short forms out, but not inside what is a name as it stands', async () => {
    const text = 'heart failure (HF), acute HF, mild HF'
    const tags = { 'acute HF': 'DISO', 'mild HF': 'DISO' }
    const found = await mentions(text, { tags })
    assert.deepEqual(found.slice(-2), [
      'acute HF/tagger+dictionary/DISO',
      'mild HF=mild heart failure/tagger/DISO',
    ])
  })

  it('finds uses of abbreviations whose long form is known', async () => {
    assert.deepEqual(await mentions('In heart failure (HF) and XY; HF, odd body size (OBS) and OBS'), [
      'heart failure/dictionary/',
      'HF=heart failure/abbreviation/',
      'HF=heart failure/abbreviation/',
    ])
  })

  it('gives the author the last word', async () => {
    const tags = { 'common cold': 'DISO' }
    const author = [{ start: 9, end: 13, here: true }]
    assert.deepEqual(await mentions('a common cold', { tags, author }), ['cold/author+dictionary/DISO'])
    assert.deepEqual(
      await mentions('a common cold', { tags, author: [{ start: 9, end: 13, here: false }] }),
      ['common cold/tagger+dictionary/DISO'],
    )
    assert.deepEqual(await mentions('the patients', { author: [{ start: 4, end: 12, here: false }] }), [
      'patients/author+dictionary/',
    ])
  })

  it('says why a proposal is no mention', async () => {
    const text = 'Patients: common cold, asthma'
    const { proposals } = await judged(text, { tags: { 'common cold': 'DISO' } })
    assert.deepEqual(
      proposals.map((one) => [text.slice(one.start, one.end), one.rejection?.kind]),
      [
        ['Patients', 'general-word'],
        ['common cold', undefined],
        ['cold', 'overlap'],
        ['asthma', 'unlikely'],
      ],
    )
  })
})

describe('detectors put together', () => {
  /** Finds this word, or cannot say. */
  const finder = (name: string, word?: string): MentionDetector => ({
    name,
    key: word,
    consequence: name,
    propose: ({ text }) => {
      const start = word === undefined ? -1 : text.indexOf(word)
      const found = start < 0 ? [] : [{ start, end: start + (word ?? '').length, origins: [], nWords: 1 }]
      return Promise.resolve(word === undefined ? undefined : found)
    },
  })
  const silent = finder('silent')
  const nothing = finder('nothing', 'absent')
  const [a, b] = [finder('a', 'a'), finder('b', 'b')]

  /** Who was asked, in order, and what was found. */
  async function found(...plans: readonly DetectorPlan[]): Promise<string> {
    const asked: string[] = []
    const proposals = await proposalsOf(plans, (detector) => {
      asked.push(detector.name)
      return detector.propose({ text: 'ab', passage: 0, analysis: Promise.resolve(undefined) })
    })
    return `${asked.join(' ')}: ${proposals.map(({ start, end }) => 'ab'.slice(start, end)).join('')}`
  }

  it('add up, in their order', async () => {
    assert.equal(await found(b, silent, a), 'b silent a: ba')
  })

  it('stand in for those before them', async () => {
    assert.equal(await found({ until: 'works', first: [silent, nothing, a] }), 'silent nothing: ')
    assert.equal(await found({ until: 'finds', first: [silent, nothing, a, b] }), 'silent nothing a: a')
    assert.equal(await found({ until: 'finds', first: [silent] }, b), 'silent b: b')
    const inner: DetectorPlan = { until: 'works', first: [silent, b] }
    assert.equal(await found({ until: 'finds', first: [nothing, inner] }), 'nothing silent b: b')
  })
})
