import assert from 'node:assert/strict'
import { createManuscriptParser } from '../../src/document/index.ts'
import type { Gliner, LabelAsked } from '../../src/inference/index.ts'
import { createLinker, readLabels, selectSpans } from '../../src/linking/index.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'
import { pipelineWith } from '../support/pipeline.ts'

const KB = knowledgeBaseOf([{ id: 'A:1', names: ['asthma'], groups: ['DISO'] }])
const logger = { error() {}, warn() {}, info() {}, debug() {} }

/** Finds these words as being of the type, and remembers what it was asked for. */
function fakeGliner(words: Readonly<Record<string, string>>) {
  const asked: (readonly LabelAsked[])[] = []
  const gliner: Gliner = {
    info: { architecture: 'bi-span', name: 'fake', fingerprint: 'fake', provider: 'cpu' },
    spans(text, labels) {
      asked.push(labels)
      return Promise.resolve(
        Object.entries(words).flatMap(([word, label]) =>
          text.includes(word)
            ? [{ start: text.indexOf(word), end: text.indexOf(word) + word.length, label, probability: 0.7 }]
            : [],
        ),
      )
    },
    dispose: () => Promise.resolve(),
  }
  return { gliner, asked }
}

async function linksOf(text: string, gliner: Gliner | undefined, namedTypes: readonly string[]) {
  const linker = createLinker({ knowledgeBase: KB, gliner, logger }, pipelineWith({ namedTypes }))
  const manuscript = createManuscriptParser().parse({ file: 'a.md', text })
  return (await linker.link(manuscript)).passages.flatMap(({ links }) => links)
}

describe('named types', () => {
  const labels = ['cell line']

  it('are mentions beside those of the dictionary, also without a concept', async () => {
    const { gliner } = fakeGliner({ 'HeLa cells': 'cell line' })
    const links = await linksOf('HeLa cells have no asthma.', gliner, labels)
    assert.deepEqual(
      links.map(({ mention, chosen }) => [mention.text, mention.namedType, mention.origins, chosen]),
      [
        ['HeLa cells', 'cell line', ['named-type'], undefined],
        ['asthma', undefined, ['dictionary'], 'A:1'],
      ],
    )
  })

  it('join what another detector found at the same words', async () => {
    const { gliner } = fakeGliner({ asthma: 'illness' })
    const [link] = await linksOf('No asthma.', gliner, ['illness'])
    assert.equal(link?.mention.namedType, 'illness')
    assert.deepEqual(link?.mention.origins, ['named-type', 'dictionary'])
    assert.equal(link?.chosen, 'A:1')
  })

  it('give way to stronger overlapping mentions, and are found though they are general words', async () => {
    const { gliner } = fakeGliner({ 'bad asthma': 'illness', patients: 'people' })
    const links = await linksOf('The patients have bad asthma.', gliner, labels)
    // 0.7 × √2 words is less than the dictionary's 1 × √1.
    assert.deepEqual(
      links.map(({ mention }) => mention.text),
      ['patients', 'asthma'],
    )
  })

  it('are not asked for when there are none', async () => {
    const { gliner, asked } = fakeGliner({ HeLa: 'cell line' })
    assert.deepEqual(await linksOf('HeLa.', gliner, []), [])
    assert.deepEqual(asked, [])
  })
})

describe('readLabels', () => {
  it('takes several between commas, each once, with a threshold of its own', () => {
    assert.deepEqual(readLabels(['assay, cell  line = 0.3', 'assay'], 0.5), {
      labels: [
        { label: 'assay', threshold: 0.5 },
        { label: 'cell line', threshold: 0.3 },
      ],
      problems: [],
    })
  })

  it('says what is wrong', () => {
    const { labels, problems } = readLabels(['assay = 3', '= 0.2', 'drug ='], 0.5)
    assert.deepEqual(labels, [])
    assert.equal(problems.length, 3)
    assert.match(problems[0] ?? '', /"assay = 3" .* a number from 0 to 1/)
  })
})

describe('selectSpans', () => {
  it('keeps the first of equally probable spans, touching ones, and sorts by start', () => {
    const span = (start: number, end: number, probability: number, label = 'a') => ({
      start,
      end,
      label,
      probability,
    })
    const spans = [span(5, 9, 0.8), span(0, 6, 0.8), span(9, 12, 0.6), span(5, 9, 0.7, 'b')]
    const chosen = selectSpans(spans, { nested: false, multiLabel: false })
    assert.deepEqual(chosen, [span(5, 9, 0.8), span(9, 12, 0.6)])
  })
})
