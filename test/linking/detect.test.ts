import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { detectMentions, findAbbreviations, proposeMentions } from '../../src/linking/mentions/index.ts'
import type { DetectionRules } from '../../src/linking/mentions/index.ts'
import { fakeEngine } from '../support/engine.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'

const knowledgeBase = knowledgeBaseOf([
  { id: 'T:1', names: ['common cold', 'cold'] },
  { id: 'T:2', names: ['heart failure'] },
  { id: 'T:3', names: ['patient'] },
  { id: 'T:4', names: ['asthma'] },
  { id: 'T:5', names: ['acute HF'] },
])

const rules: DetectionRules = {
  heads: ['concepts'],
  useTagger: true,
  useDictionary: true,
  hideGeneralWords: true,
  tagThreshold: 0.5,
}

interface Options extends Partial<DetectionRules> {
  readonly tags?: Record<string, string>
  readonly author?: readonly { start: number; end: number; here: boolean }[]
}

/** The mentions as `text/origins/group`. */
async function mentions(text: string, { tags, author = [], ...changed }: Options = {}): Promise<string[]> {
  const analysis = tags && (await fakeEngine({ tags }).analyse(text))
  const abbreviations = findAbbreviations([text])
  const input = { text, passage: 0, knowledgeBase, abbreviations, analysis, author }
  return detectMentions(input, { ...rules, ...changed }).map((one) => {
    assert.equal(text.slice(one.span.start, one.span.end), one.text)
    const expansion = one.expansion === undefined ? '' : `=${one.expansion}`
    return `${one.text}${expansion}/${one.origins.join('+')}/${one.group ?? ''}`
  })
}

describe('detectMentions', () => {
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
    assert.deepEqual(await mentions('cold fever', { tags, useDictionary: false }), ['fever/tagger/DISO'])
    assert.deepEqual(await mentions('cold fever', { tags, useTagger: false }), ['cold/dictionary/'])
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
    const analysis = await fakeEngine({ tags: { 'common cold': 'DISO' } }).analyse(text)
    assert.deepEqual(
      proposeMentions({ text, passage: 0, knowledgeBase, analysis }, rules).map((one) => [
        text.slice(one.start, one.end),
        one.rejection?.kind,
      ]),
      [
        ['Patients', 'general-word'],
        ['common cold', undefined],
        ['cold', 'overlap'],
        ['asthma', 'unlikely'],
      ],
    )
  })
})
