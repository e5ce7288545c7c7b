import assert from 'node:assert/strict'
import fc from 'fast-check'
import { CancelledError, type KnowledgeBase } from '../../../src/core/index.ts'
import { createConceptSearch, type FoundConcept } from '../../../src/linking/index.ts'
import { compareAnswers, compareNames, rankName, typedText } from '../../../src/linking/search/ranks.ts'
import { knowledgeBaseOf, type ConceptSketch } from '../../support/knowledgeBase.ts'

const noPause = (): Promise<void> => Promise.resolve()
const seen = (text: string, count: number) => ({ text, kind: 'observed' as const, count })

const KB = knowledgeBaseOf([
  {
    id: 'UMLS:C0011849',
    names: ['Diabetes Mellitus', seen('diabetes', 4), seen('diabetes mellitus', 48)],
    xrefs: ['MESH:D003920'],
  },
  {
    id: 'UMLS:C0011860',
    names: ['Diabetes Mellitus, Type 2', 'NIDDM', seen('type 2 diabetes', 51)],
    xrefs: ['MESH:D003924', 'OLD:1'],
  },
  { id: 'UMLS:C0011847', names: [seen('diabetes', 114)] },
  { id: 'UMLS:C0020538', names: ['Hypertensive disease', seen('hypertension', 77)] },
  { id: 'UMLS:C0020542', names: ['Hypertension, Pulmonary', seen('pulmonary hypertension', 17)] },
  { id: 'UMLS:C0039409', names: ['Tension', seen('tension', 5)] },
  { id: 'UMLS:C0036572', names: ['Seizures'], xrefs: ['HP:0001250'] },
  { id: 'UMLS:C0040690', names: ['Transforming Growth Factor beta', 'TGF-β', 'TGF beta'] },
  { id: 'HGNC:11766', names: ['TGFB1'] },
  { id: 'UMLS:C1527336', names: ["Sjögren's Syndrome"] },
  { id: 'UMLS:C0004057', names: ['Aspirin', seen('acetylsalicylic acid', 2)] },
  { id: 'UMLS:C0027051', names: ['Myocardial Infarction', 'heart attack'] },
  { id: 'UMLS:C0042870', names: ['Vitamin D Deficiency', 'Deficiency of vitamin D'] },
])

const search = (text: string, limit = 10, kb: KnowledgeBase = KB): Promise<readonly FoundConcept[]> =>
  createConceptSearch(kb, noPause).search(text, { limit })

/** What is typed, the concept that has to come first, the name shown, and how it matches. */
const FIRST: readonly (readonly [typed: string, id: string, shown: string, match: string])[] = [
  ['C0011849', 'UMLS:C0011849', 'Diabetes Mellitus', 'id'],
  ['mesh:d003924', 'UMLS:C0011860', 'Diabetes Mellitus, Type 2', 'id'],
  ['D003924', 'UMLS:C0011860', 'Diabetes Mellitus, Type 2', 'id'],
  ['old:1', 'UMLS:C0011860', 'Diabetes Mellitus, Type 2', 'id'],
  ['hp_0001250', 'UMLS:C0036572', 'Seizures', 'id'],
  ['http://purl.obolibrary.org/obo/HP_0001250', 'UMLS:C0036572', 'Seizures', 'id'],
  ['diabetes', 'UMLS:C0011847', 'diabetes', 'name'],
  ['DIABETES MELLITUS', 'UMLS:C0011849', 'diabetes mellitus', 'name'],
  ['TGF-β', 'UMLS:C0040690', 'TGF-β', 'name'],
  ['TGF beta', 'UMLS:C0040690', 'TGF beta', 'name'],
  ['sjogren’s syndrome', 'UMLS:C1527336', "Sjögren's Syndrome", 'name'],
  ['diabetes type 2', 'UMLS:C0011860', 'type 2 diabetes', 'same-words'],
  ['diab', 'UMLS:C0011847', 'diabetes', 'beginning'],
  ['hyperten', 'UMLS:C0020538', 'hypertension', 'beginning'],
  ['type 2 dia', 'UMLS:C0011860', 'type 2 diabetes', 'beginning'],
  ['heart att', 'UMLS:C0027051', 'heart attack', 'beginning'],
  ['infarct', 'UMLS:C0027051', 'Myocardial Infarction', 'words'],
  ['myoc inf', 'UMLS:C0027051', 'Myocardial Infarction', 'words'],
  ['vitamin d de', 'UMLS:C0042870', 'Vitamin D Deficiency', 'beginning'],
  ['def vitamin d', 'UMLS:C0042870', 'Vitamin D Deficiency', 'words'],
  ['hypretension', 'UMLS:C0020538', 'hypertension', 'misspelled'],
  ['hypretens', 'UMLS:C0020538', 'hypertension', 'misspelled'],
  ['diabtes', 'UMLS:C0011847', 'diabetes', 'misspelled'],
  ['asprin', 'UMLS:C0004057', 'Aspirin', 'misspelled'],
  ['tgfbeta', 'UMLS:C0040690', 'TGF beta', 'misspelled'],
  ['infarction of the myocard', 'UMLS:C0027051', 'Myocardial Infarction', 'similar'],
]

describe('The search for people', () => {
  for (const [typed, id, shown, match] of FIRST)
    it(`finds ${shown} first for “${typed}”`, async () => {
      const [first] = await search(typed)
      assert.deepEqual([first?.id, first?.matchedName, first?.match], [id, shown, match])
    })

  it('gives nothing for nothing, and for what is like no name', async () => {
    for (const text of ['', '  ', '--', 'qqq']) assert.deepEqual(await search(text), [])
    assert.deepEqual(await search('diabetes', 0), [])
  })

  it('puts the commoner concept first among equals, and each concept once', async () => {
    const found = await search('diabetes m')
    assert.deepEqual(
      found.slice(0, 2).map(({ id }) => id),
      ['UMLS:C0011849', 'UMLS:C0011860'],
    )
    assert.equal(new Set(found.map(({ id }) => id)).size, found.length)
  })

  it('looks for similar names only where the words are not enough', async () => {
    assert.ok((await search('diabetes', 3)).every(({ match }) => match !== 'similar'))
    assert.ok((await search('hypertension')).some(({ match }) => match === 'similar'))
    assert.deepEqual(
      (await search('C0036572')).map(({ match }) => match),
      ['id'],
    )
  })

  it('is done with when it is cancelled, before it reads anything and between its steps', async () => {
    for (const nPauses of [1, 2, 3]) {
      const token = { isCancellationRequested: false }
      let n = 0
      const pause = (): Promise<void> =>
        Promise.resolve(void (token.isCancellationRequested = ++n >= nPauses))
      const asked = createConceptSearch(KB, pause).search('hypretension', { limit: 10, token })
      await assert.rejects(asked, CancelledError)
    }
  })

  it('collects the common names once, and again after it failed', async () => {
    let nAsked = 0
    const failing: KnowledgeBase = {
      ...KB,
      names(ref) {
        if (++nAsked === 1) throw new Error('closed')
        return KB.names(ref)
      },
    }
    const searching = createConceptSearch(failing, noPause)
    await assert.rejects(searching.prepare(), /closed/)
    await searching.prepare()
    const before = nAsked
    await searching.prepare()
    assert.equal(nAsked, before)
    assert.equal((await searching.search('asp', { limit: 1 }))[0]?.id, 'UMLS:C0004057')
  })

  it('orders as brute force over all names does', async () => {
    await fc.assert(
      fc.asyncProperty(sketches, fc.array(typed, { minLength: 4, maxLength: 4 }), async (all, texts) => {
        const kb = knowledgeBaseOf(all)
        for (const text of texts)
          assert.deepEqual(
            (await search(text, 64, kb)).filter(isCertain).map(shown),
            bruteForce(kb, text).filter(isCertain).map(shown),
            text,
          )
      }),
      { seed: 9, numRuns: 60 },
    )
  })
})

const syllable = fc.constantFrom('ab', 'ba', 'cab', 'a', 'bac', 'acca')
const typed = fc
  .array(fc.array(syllable, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 })
  .map((words) => words.map((syllables) => syllables.join('')).join(' '))
  // A single letter begins too many words to look for within names.
  .filter((text) => text.length > 1)
const sketches = fc
  .array(
    fc.array(fc.record({ text: typed, count: fc.integer({ min: 0, max: 2 }) }), {
      minLength: 1,
      maxLength: 3,
    }),
    {
      minLength: 1,
      maxLength: 15,
    },
  )
  .map((lists) => lists.map((names, i): ConceptSketch => ({ id: `T:${String(i)}`, names })))

interface Shown {
  readonly concept: number
  readonly name: string
  readonly match: string
}

const shown = (found: Shown | FoundConcept): readonly unknown[] => [
  found.concept,
  found.match,
  'name' in found ? found.name : found.matchedName,
]
/** Names like it come from a pool; those that have the words do not. */
const isCertain = ({ match }: { readonly match: string }): boolean =>
  match !== 'misspelled' && match !== 'similar'

/** Ranks every name of the knowledge base. */
function bruteForce(kb: KnowledgeBase, text: string): readonly Shown[] {
  const prepared = typedText(text)
  return Array.from({ length: kb.info.nConcepts }, (_, concept) => {
    const names = kb.names(concept).map((name) => {
      const match = { concept, name: name.text, kind: name.kind, count: name.count, score: 0 }
      return rankName(prepared, match)
    })
    const sorted = names.sort((a, b) => compareNames(text, a, b))
    const best = sorted[0]!
    const alike = distinct(sorted).filter(
      ({ match, length }) => match === best.match && length === best.length,
    )
    return {
      ...best,
      kind: alike.some(({ kind }) => kind === 'preferred') ? ('preferred' as const) : best.kind,
      nameCount: alike.reduce((sum, { count }) => sum + count, 0),
      conceptCount: kb.conceptCount(concept),
    }
  }).sort(compareAnswers)
}

const distinct = <T extends { readonly name: string; readonly kind: string }>(names: readonly T[]): T[] =>
  names.filter((a, i) => names.findIndex((b) => a.name === b.name && a.kind === b.kind) === i)
