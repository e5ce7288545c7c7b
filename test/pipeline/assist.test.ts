import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { meaningAt, suggestionsAt } from '../../src/pipeline/index.ts'

/** What is suggested at the bar, and what it would replace. */
function suggested(marked: string): string {
  const offset = marked.indexOf('|')
  const text = marked.replace('|', '')
  const { start, end, words } = suggestionsAt(text, offset)
  const replaced = text.slice(start, end)
  return `${replaced === '' ? '' : `${replaced}: `}${words.map(({ word }) => word).join(' ')}`
}

describe('suggestionsAt', () => {
  const cases: readonly (readonly [marked: string, words: string])[] = [
    ['|', 'extends description model mentions candidates ranking filters document'],
    ['fil|', 'fil: extends description model mentions candidates ranking filters document'],
    ['filters: {}\n|', 'extends description model mentions candidates ranking document'],
    ['filters:\n  |', 'types sources generalWords mentionProbability minProbability'],
    ['filters:\n  types: []\n  min|\n', 'min: sources generalWords mentionProbability minProbability'],
    ['filters:\n  generalWords: |', 'hide show'],
    ['filters:\n  generalWords: hi|de\n  types: []', 'hide: hide show'],
    ['mentions:\n  detectors:\n    - |', 'kind'],
    ['mentions:\n  detectors:\n    - kind: |', 'tagger dictionary named-types token-classification first-of'],
    [
      'mentions:\n  detectors:\n    - kind: tagger\n    - kind: named-types\n      |',
      'labels threshold model',
    ],
    [
      'candidates:\n  layers:\n    - kind: remote\n      url: http://localhost/\n      |',
      'timeoutMs ifFewerThan',
    ],
    ['candidates:\n  layers:\n    - kind: remote\n      url: http|', 'http: '],
    ['document:\n  agreement: |', 'true false'],
    ['nothing:\n  |', ''],
    ['model: built in|', ''],
  ]
  for (const [marked, words] of cases)
    it(JSON.stringify(marked), () => {
      assert.equal(suggested(marked), words)
    })

  it('says what a word means', () => {
    const [kind] = suggestionsAt('mentions:\n  detectors:\n    - kind: ', 37).words
    assert.match(kind?.about ?? '', /^The tagger of the model/)
    assert.match(suggestionsAt('', 0).words.find(({ word }) => word === 'filters')?.about ?? '', /left out/)
  })

  it('never throws, and replaces only what is there', () => {
    const part = fc.constantFrom(
      ...[
        'mentions',
        'detectors',
        'kind',
        'tagger',
        ': ',
        ':\n',
        '\n',
        '\n  ',
        '\n    - ',
        '- ',
        '[',
        ']',
        '{',
        '}',
        '"',
        '&a ',
        '*a',
        '#',
        '\t',
        '🧬',
      ],
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), fc.nat(80), (parts, at) => {
        const text = parts.join('')
        const offset = Math.min(at, text.length)
        const { start, end } = suggestionsAt(text, offset)
        assert.ok(start <= offset && offset <= end && start >= 0 && end <= text.length)
        meaningAt(text, offset)
      }),
      { seed: 5, numRuns: 500 },
    )
  })
})

describe('meaningAt', () => {
  const meaning = (marked: string) => {
    const text = marked.replace('|', '')
    const found = meaningAt(text, marked.indexOf('|'))
    return found && `${text.slice(found.start, found.end)}: ${found.about}`
  }

  it('says what a key means and what it takes', () => {
    assert.match(meaning('fil|ters:\n  types: []') ?? '', /^filters: What is left out\.$/)
    assert.match(
      meaning('filters:\n  general|Words: hide') ?? '',
      /^generalWords: .*\n\nAllowed: `hide`, `show`$/s,
    )
    assert.match(
      meaning('ranking:\n  rerankers:\n    - kind: prior\n      ifB|elow: 0.5') ?? '',
      /^ifBelow: It gets the mentions/,
    )
    assert.match(
      meaning('ranking:\n  rerankers:\n    - ki|nd: prior') ?? '',
      /^kind: Allowed: `certain`, `two-stream`, `prior`/,
    )
  })

  it('says nothing of what it does not know', () => {
    assert.equal(meaning('nothi|ng: 1'), undefined)
    assert.equal(meaning('filters: |{}'), undefined)
  })
})
