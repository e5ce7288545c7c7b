import assert from 'node:assert/strict'
import type { Link, LinkedPassage, MentionOrigin, Passage } from '../../src/core/index.ts'
import { makeConsistent } from '../../src/linking/consistency.ts'
import { parseManuscript } from '../../src/document/index.ts'
import { explainWord } from '../../src/linking/explain.ts'
import { defaultPipeline } from '../support/pipeline.ts'

/** A paragraph for each text; what stands in brackets is a mention. */
function linkedDocument(texts: readonly string[], origin: MentionOrigin = 'tagger'): LinkedPassage[] {
  const plain = texts.map((text) => text.replace(/[[\]]/g, ''))
  const { passages } = parseManuscript({ file: 'a.md', text: plain.join('\n\n') })
  assert.deepEqual(
    passages.map(({ text }) => text),
    plain,
  )
  return passages.map((passage, i) => ({ passage, links: linksIn(passage, texts[i] ?? '', origin) }))
}

function linksIn(passage: Passage, marked: string, origin: MentionOrigin): Link[] {
  const links: Link[] = []
  let shift = 0
  for (const { 0: whole, 1: text = '', index } of marked.matchAll(/\[([^\]]+)\]/g)) {
    const span = { start: index - shift, end: index - shift + text.length }
    shift += whole.length - text.length
    const source = { start: passage.source.start + span.start, end: passage.source.start + span.end }
    const mention = { span, text, origins: [origin], group: 'DISO' }
    links.push({ mention, source, candidates: [], probability: 1, chosenBy: 'rule' })
  }
  return links
}

const marked = (passages: readonly LinkedPassage[]): string[] =>
  passages.map(({ passage, links }) => {
    let text = passage.text
    for (const { mention } of links.toReversed()) {
      const { start, end } = mention.span
      assert.equal(passage.text.slice(start, end), mention.text)
      text = `${text.slice(0, start)}[${text.slice(start, end)}]${text.slice(end)}`
    }
    return text
  })

const consistent = (texts: readonly string[], origin?: MentionOrigin): string[] =>
  marked(makeConsistent(linkedDocument(texts, origin), () => []))

describe('mentions of a document are consistent', () => {
  it('what is one in most places is one in all', () => {
    assert.deepEqual(consistent(['[Asthma] is bad.', 'No asthma, no [asthma].', 'Asthmatic people.']), [
      '[Asthma] is bad.',
      'No [asthma], no [asthma].',
      'Asthmatic people.',
    ])
  })

  it('what is one in few places is none', () => {
    assert.deepEqual(consistent(['A [complete] list.', 'Complete, complete.', 'More complete ones.']), [
      'A complete list.',
      'Complete, complete.',
      'More complete ones.',
    ])
  })

  it('short forms and names with capitals are told apart by them', () => {
    assert.deepEqual(consistent(['[CAT] and [Was].', 'The cat was seen.']), [
      '[CAT] and [Was].',
      'The cat was seen.',
    ])
  })

  it('within longer mentions words do not count, and the longest of several is taken', () => {
    assert.deepEqual(
      consistent(['[lung cancer] and [cancer]', 'lung cancer', '[small cell lung cancer] or cancer']),
      ['[lung cancer] and [cancer]', '[lung cancer]', '[small cell lung cancer] or [cancer]'],
    )
  })

  it('leaves alone what the author decided, and where', () => {
    assert.deepEqual(consistent(['[asthma] here', 'asthma there'], 'given'), [
      '[asthma] here',
      'asthma there',
    ])
    const passages = linkedDocument(['[asthma] here', 'asthma there'])
    const decided = { span: { start: 0, end: 6 } }
    const found = makeConsistent(passages, ({ text }) => (text === 'asthma there' ? [decided] : []))
    assert.deepEqual(marked(found), ['[asthma] here', 'asthma there'])
  })

  it('a copy stands where its words stand in the source, and says why', () => {
    const [, second] = makeConsistent(linkedDocument(['[asthma] here', 'No asthma there']), () => [])
    const [link] = second!.links
    assert.deepEqual(link?.source, { start: 16, end: 22 })
    assert.deepEqual(link?.mention, {
      ...{ span: { start: 3, end: 9 }, text: 'asthma', origins: ['document'], group: 'DISO' },
    })
  })

  it('gives the same objects for the same passages, and those where nothing changes as they are', () => {
    const passages = linkedDocument(['[asthma] here', 'No asthma there'])
    const [first, second] = makeConsistent(passages, () => [])
    assert.equal(first, passages[0])
    assert.equal(makeConsistent(passages, () => [])[1], second)
  })

  it('and “Why?” tells it of what was taken away and of what was added', () => {
    const texts = [
      'A [complete] list of [asthma].',
      'Complete, complete.',
      'More complete ones, more asthma.',
    ]
    const [first, , third] = makeConsistent(linkedDocument(texts), () => [])
    const proposal = { start: 2, end: 10, nWords: 1, origins: ['tagger' as const] }
    const taken = explainWord({ pipeline: defaultPipeline, offset: 4, linked: first, proposals: [proposal] })
    assert.deepEqual(
      taken.steps.map(({ reason }) => reason),
      ['rare-mention'],
    )
    const added = explainWord({ pipeline: defaultPipeline, offset: 27, linked: third, proposals: [] })
    assert.match(added.steps.at(-1)?.message ?? '', /in most places of the document/)
  })
})
