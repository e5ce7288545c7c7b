import assert from 'node:assert/strict'
import { MAX_PASSAGE_LENGTH, parseManuscript } from '../../src/document/index.ts'

/** Checks sentences drawn as `One. ¦ Two.`. */
function check(marked: string): void {
  const sentences = parseManuscript({ file: 'a.txt', text: marked.replaceAll(' ¦ ', ' ') }).passages.flatMap(
    (p) => p.sentences.map((s) => p.text.slice(s.start, s.end)),
  )
  assert.equal(sentences.join(' ¦ '), marked)
}

describe('sentences', () => {
  for (const marked of [
    'One. ¦ Two! ¦ Three? ¦ Four.',
    'Drugs (e.g. Aspirin, i.e. ASA) help. ¦ They do.',
    'As Smith et al. showed, nothing. ¦ See Fig. 2A and Eq. 3. ¦ Done.',
    'We grew E. coli and S. aureus. ¦ Both grew.',
    'Growth of Vibrio sp. was slow; Candida spp. did not grow.',
    'It was p < 0.05 vs. Dr. Who. ¦ Then n = 1.5. ¦ Next.',
    'At 37 °C. ¦ DNA was kept.',
    'He lacked vitamin C. ¦ She did not.',
    'By J. R. Smith. ¦ Of Seattle.',
    'As shown by Smith et al. ¦ The rest is new.',
  ]) {
    it(marked, () => check(marked))
  }
})

describe('passages', () => {
  it('are cut at sentence ends and hold no more than the limit', () => {
    const sentence = 'Asthma is a common disease of the airways. '
    const { passages } = parseManuscript({ file: 'a.txt', text: sentence.repeat(60) })
    assert.ok(passages.length > 1)
    for (const { text } of passages) {
      assert.ok(text.length <= MAX_PASSAGE_LENGTH)
      assert.ok(text.endsWith('airways.'))
    }
  })

  it('cut a longer sentence at a blank, and never a character', () => {
    const { passages } = parseManuscript({ file: 'a.txt', text: `${'word '.repeat(300)}${'🧬'.repeat(800)}` })
    for (const { text } of passages) {
      assert.ok(text.length <= MAX_PASSAGE_LENGTH)
      assert.doesNotMatch(text, /\p{Cs}/u)
    }
    assert.equal(
      passages
        .map((p) => p.text)
        .join(' ')
        .replaceAll('word ', '')
        .replaceAll(' ', '').length,
      1600,
    )
  })
})
