import assert from 'node:assert/strict'
import fc from 'fast-check'
import { mapRegion, mapSpan, type Edit } from '../../src/server/editMapping.ts'
import { conceptPage, shortId } from '../../src/server/identifiers.ts'
import { commandLink, plain, shorten } from '../../src/server/markdownText.ts'

const apply = (text: string, { start, end, text: inserted }: Edit): string =>
  text.slice(0, start) + inserted + text.slice(end)

describe('mapSpan', () => {
  const check = (text: string, [a, b, c, d]: readonly number[], inserted: string): void => {
    const [start = 0, end = 0] = [a ?? 0, b ?? 0].map((n) => n % (text.length + 1)).sort((x, y) => x - y)
    const [from = 0, to = 0] = [c ?? 0, d ?? 0].map((n) => n % (text.length + 1)).sort((x, y) => x - y)
    const edit = { start: from, end: to, text: inserted }
    const mapped = mapSpan({ start, end }, edit)
    if (mapped) assert.equal(apply(text, edit).slice(mapped.start, mapped.end), text.slice(start, end))
    const region = mapRegion({ start, end }, edit)
    assert.ok(0 <= region.start && region.start <= region.end && region.end <= apply(text, edit).length)
  }

  it('keeps the words or drops the span', () => {
    const numbers = fc.array(fc.nat(60), { minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(
        fc.string({ maxLength: 30 }),
        numbers,
        fc.string({ maxLength: 8 }),
        (text, at, inserted) => {
          check(text, at, inserted)
        },
      ),
      { seed: 11, numRuns: 500 },
    )
  })

  it('drops a word that grows, and keeps one that gets a full stop', () => {
    const word = { start: 4, end: 8 }
    assert.equal(mapSpan(word, { start: 8, end: 8, text: 's' }), undefined)
    assert.deepEqual(mapSpan(word, { start: 8, end: 8, text: '.' }), word)
    assert.equal(mapSpan(word, { start: 4, end: 4, text: 'x' }), undefined)
    assert.deepEqual(mapSpan(word, { start: 4, end: 4, text: 'a ' }), { start: 6, end: 10 })
  })
})

describe('plain', () => {
  it('leaves nothing that Markdown would take for markup', () => {
    const nasty = '[a](command:x) <img src=x> `b` **c** https://e.org www.e.org a@b.c $(zap) | &lt;\n# d'
    assert.equal(/(?<!\\)[[\]()`*#|$:@.!_~]/.test(plain(nasty)), false)
    assert.equal(/[<>\n]/.test(plain(nasty)), false)
  })
})

describe('commandLink', () => {
  it('encodes its argument so that it cannot leave the link', () => {
    const link = commandLink('Go', 'conceptLens.why', { uri: "file:///a) [b](http://c) '(d)" })
    assert.match(link, /^\[Go\]\(command:conceptLens\.why\?[A-Za-z0-9%._~-]+\)$/)
  })
})

describe('conceptPage', () => {
  for (const [id, page] of [
    ['UMLS:C0011849', 'https://uts.nlm.nih.gov/uts/umls/concept/C0011849'],
    ['MESH:D003920', 'https://meshb.nlm.nih.gov/record/ui?ui=D003920'],
    ['GO:0006915', 'https://amigo.geneontology.org/amigo/term/GO:0006915'],
    ['Orphanet:558', 'https://bioregistry.io/orphanet:558'],
    ['X:a) [b](c', 'https://bioregistry.io/x:a%29%20%5Bb%5D%28c'],
    ['nothing', undefined],
  ] as const) {
    it(`of ${id}`, () => assert.equal(conceptPage(id), page))
  }

  it('short ids are bare CUIs', () => {
    assert.deepEqual(['UMLS:C0011849', 'GO:0006915'].map(shortId), ['C0011849', 'GO:0006915'])
  })
})

describe('shorten', () => {
  it('cuts no surrogate pair', () => {
    assert.equal(shorten('abc😀def', 5), 'abc…')
    assert.equal(shorten('abc', 5), 'abc')
  })
})
