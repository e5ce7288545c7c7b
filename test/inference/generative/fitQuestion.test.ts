import assert from 'node:assert/strict'
import { fitQuestion, withContext } from '../../../src/inference/engine/generative/fitQuestion.ts'

const TEXT = 'one two three four five six seven eight'
const PROMPT = `Text: ${TEXT} End`
const context = { start: 6, end: 6 + TEXT.length, around: 6 + TEXT.indexOf('five') }
/** A token a word, and one for each sign that something was left out. */
const encode = (prompt: string): number[] =>
  (prompt.match(/…|[^\s…]+/g) ?? []).map((word) => word.charCodeAt(0))
const question = { prompt: PROMPT, context }

describe('question that is too long', () => {
  it('keeps what stands around its mention, in whole words', () => {
    assert.equal(withContext(PROMPT, context, TEXT.length), PROMPT)
    assert.equal(withContext(PROMPT, context, 24), 'Text: …three four five six… End')
    assert.equal(withContext(PROMPT, context, 0), 'Text: …… End')
    const atStart = { ...context, around: context.start }
    assert.equal(withContext(PROMPT, atStart, 12), 'Text: one two… End')
    const atEnd = { ...context, around: context.end }
    assert.equal(withContext(PROMPT, atEnd, 12), 'Text: …seven eight End')
  })

  it('is cut as little as needed', () => {
    const nWhole = encode(PROMPT).length
    assert.deepEqual(fitQuestion(question, encode, nWhole), {
      ids: encode(PROMPT),
      fits: true,
      isCut: false,
    })
    for (let most = 4; most < nWhole; most += 1) {
      const { ids, fits, isCut } = fitQuestion(question, encode, most)
      assert.ok(fits && isCut)
      const best = Math.max(
        ...Array.from(
          { length: TEXT.length },
          (_, n) => encode(withContext(PROMPT, context, n)).length,
        ).filter((n) => n <= most),
      )
      assert.equal(ids.length, best, `of at most ${most}`)
    }
  })

  it('does not fit when there is nothing more to cut', () => {
    assert.equal(fitQuestion(question, encode, 3).fits, false)
    assert.equal(fitQuestion({ prompt: PROMPT }, encode, 5).fits, false)
  })
})
