import assert from 'node:assert/strict'
import { LINKED_FORMATS, readBiocXml, writeLinked, type LinkedFormat } from '../../src/formats/index.ts'
import { linkedManuscript } from '../support/linked.ts'

const PAPER = linkedManuscript(
  'paper.md',
  ['On {MESH:D001249:asthma}', 'The "{MESH:D001249:Asthma, severe}" <b> {MESH:D003920:diabetes} {:study}'],
  { 'MESH:D003920': { preferredName: 'Diabetes Mellitus', probability: 0.4 } },
)
const SOURCE = 'On asthma\n\nThe "Asthma, severe" <b> diabetes study'
const sourceOf = (): string => SOURCE

describe('writeLinked', () => {
  it('writes every format, for nothing, for one and for many', () => {
    for (const format of Object.keys(LINKED_FORMATS) as LinkedFormat[]) {
      assert.equal(typeof writeLinked(format, []).text, 'string')
      assert.ok(writeLinked(format, [PAPER, linkedManuscript('empty.md', [])], { sourceOf }).text.length > 10)
    }
  })

  it('writes the key file beside BioC', () => {
    const { text, sideFiles } = writeLinked('bioc-xml', PAPER, { key: 'paper.key' })
    assert.deepEqual(Object.keys(sideFiles ?? {}), ['paper.key'])
    assert.equal(readBiocXml(text).value.key, 'paper.key')
  })

  it('writes CSV that keeps commas and quotes in their cells', () => {
    const lines = writeLinked('csv', PAPER, { sourceOf }).text.split('\r\n')
    assert.equal(lines.length, 5)
    assert.equal(
      lines[2],
      'paper.md,3,6,"Asthma, severe",MESH:D001249,"Asthma, severe",DISO,T047,0.9000,model,Abstract,16,30',
    )
  })

  it('writes JSON Lines with places only when the source is at hand', () => {
    const first = (options: object): Record<string, unknown> =>
      JSON.parse(writeLinked('jsonl', PAPER, options).text.split('\n')[0] ?? '') as Record<string, unknown>
    assert.equal(first({ sourceOf })['line'], 1)
    assert.equal('line' in first({}), false)
    assert.equal(first({})['identifier'], 'MESH:D001249')
  })

  it('leaves unlinked mentions out unless asked', () => {
    const mentions = (options: object): number =>
      writeLinked('jsonl', PAPER, options).text.trimEnd().split('\n').length
    assert.equal(mentions({}), 3)
    assert.equal(mentions({ includeUnlinked: true }), 4)
  })
})

describe('the text table', () => {
  it('has one row per concept and aligned columns', () => {
    const { text } = writeLinked('text', PAPER, { sourceOf, width: 90 })
    assert.equal(
      text,
      [
        'paper.md: 3 links, 2 concepts',
        'MENTION                 ID            NAME               TYPE       PROB  LINE',
        'asthma, Asthma, severe  MESH:D001249  asthma             Disorders  0.90  1, 3',
        'diabetes                MESH:D003920  Diabetes Mellitus  Disorders  0.40  3',
        '',
      ].join('\n'),
    )
  })

  it('fits the terminal, and colours only when asked', () => {
    const { text } = writeLinked('text', PAPER, { width: 60 })
    for (const line of text.split('\n')) assert.ok(line.length <= 60, line)
    assert.match(text, /…/)
    assert.doesNotMatch(text, /\u001b/)
    assert.match(writeLinked('text', PAPER, { colour: true }).text, /\u001b\[31masthma/)
  })
})

describe('the HTML page', () => {
  const { text: html } = writeLinked('html', PAPER, { sourceOf, includeUnlinked: true })

  it('loads nothing', () => {
    assert.doesNotMatch(html, /<(link|img|iframe)|src=|@import|url\(/)
  })

  it('escapes prose', () => {
    assert.match(html, /&lt;b&gt;/)
    assert.match(html, /The &quot;/)
  })

  it('leads from every mention to its concept and back', () => {
    const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
    const targets = [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id)
    assert.equal(targets.length, 5)
    for (const target of targets) assert.ok(ids.has(target), target)
    assert.equal(ids.size, [...html.matchAll(/ id="/g)].length, 'ids are unique')
  })

  it('shows uncertain links as such', () => {
    assert.match(html, /class="m g-DISO low"[^>]*data-id="MESH:D003920"/)
    assert.match(html, /40 % sure/)
  })
})
