import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Candidate, ConceptRef, KnowledgeBase, NameMatch } from '../../../src/core/index.ts'
import {
  cosine,
  dotProduct,
  fold,
  gramsOf,
  importKnowledgeBase,
  mergeKnowledgeBases,
  openKnowledgeBase,
  openNameVectors,
  squaredNorm,
  type NameVectors,
} from '../../../src/knowledge/index.ts'
import { retrieveCandidates } from '../../../src/linking/index.ts'

/** How much the weights of the main store and those of one store of all sources may differ in a cosine here. */
const TOLERANCE = 0.05

interface Row {
  readonly id: string
  readonly name: string
  readonly kind?: string
  readonly type?: string
  readonly alt?: readonly string[]
  readonly parent?: string
  readonly definition?: string
}

const csv = (rows: readonly Row[]): string =>
  ['id,name,kind,type,alt_ids,parents,definition', ...rows.map(lineOf)].join('\n') + '\n'

const lineOf = ({ id, name, kind = '', type = '', alt = [], parent = '', definition = '' }: Row): string =>
  [id, name, kind, type, alt.join('|'), parent, definition].join(',')

const ids = (store: KnowledgeBase, refs: readonly ConceptRef[]): string[] =>
  refs.map((ref) => store.summary(ref).id).sort()

describe('Merged knowledge bases', () => {
  let dir: string
  const opened: KnowledgeBase[] = []

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'kb-merged-'))
  })

  afterEach(() => {
    for (const store of opened.splice(0)) store.close()
    rmSync(dir, { recursive: true })
  })

  const imported = async (
    tables: Readonly<Record<string, readonly Row[]>>,
    vectors?: NameVectors,
  ): Promise<KnowledgeBase> => {
    const sources = Object.entries(tables).map(([name, rows]) => {
      const path = join(dir, `${name}.csv`)
      writeFileSync(path, csv(rows))
      return path
    })
    const out = join(dir, Object.keys(tables).join('-'))
    await importKnowledgeBase({ sources, out, vectors })
    const store = openKnowledgeBase(out, { vectors })
    opened.push(store)
    return store
  }
  /** The view over the first table and the others, and one store built from all of them. */
  const both = async (
    tables: Readonly<Record<string, readonly Row[]>>,
    vectors?: NameVectors,
  ): Promise<{ merged: KnowledgeBase; main: KnowledgeBase; one: KnowledgeBase }> => {
    const stores: KnowledgeBase[] = []
    for (const [name, rows] of Object.entries(tables)) stores.push(await imported({ [name]: rows }, vectors))
    const [main, ...others] = stores as [KnowledgeBase, ...KnowledgeBase[]]
    const merged = await mergeKnowledgeBases(main, others, { encoder: vectors?.encoder })
    return { merged, main, one: await imported(tables, vectors) }
  }

  it('find the names of each, and one concept where an id or a cross-reference says so', async () => {
    const { merged } = await both({
      main: [
        { id: 'UMLS:C0004096', name: 'Asthma', type: 'T047' },
        { id: 'MONDO:5', name: 'lung disease', definition: 'A disease of the lung' },
        { id: 'MONDO:7', name: 'cold' },
      ],
      lab: [
        { id: 'UMLS:C0004096', name: 'wheezy mouse line 7', kind: 'synonym' },
        { id: 'LAB:1', name: 'WZ-7', alt: ['UMLS:C0004096'], definition: 'Our model' },
        { id: 'LAB:2', name: 'lung trouble', alt: ['MONDO:5'] },
        { id: 'LAB:3', name: 'new thing', parent: 'MONDO:7' },
      ],
    })
    const found = (text: string): string[] =>
      retrieveCandidates(merged, text, { limit: 64 })
        .filter(({ exact }) => exact)
        .map(({ id }) => id)
    assert.deepEqual(found('Wheezy mouse line-7'), ['UMLS:C0004096'])
    assert.deepEqual(found('asthma'), ['UMLS:C0004096'])
    // What one table keeps apart stays apart.
    assert.deepEqual(found('wz 7'), ['LAB:1'])
    assert.deepEqual(found('lung trouble'), ['LAB:2'])
    assert.deepEqual(found('lung disease'), ['LAB:2'])
    const [lung = -1] = merged.resolve('MONDO:5')
    assert.deepEqual(merged.resolve('LAB:2'), [lung])
    assert.deepEqual(
      merged.names(lung).map(({ text, source }) => [text, source]),
      [
        ['lung trouble', 'lab'],
        ['lung disease', 'main'],
      ],
    )
    assert.deepEqual(merged.concept(lung).definitions, [{ text: 'A disease of the lung', source: 'main' }])
    assert.deepEqual(ids(merged, merged.children(merged.resolve('MONDO:7')[0]!)), ['LAB:3'])
    assert.deepEqual([merged.info.name, merged.info.nConcepts, merged.info.nNames], ['main + lab', 5, 7])
    assert.ok(merged.hasName('wz 7') && merged.hasName('cold') && !merged.hasName('wz 8'))
  })

  it('find names near in meaning in each, by the same vectors as one store', async () => {
    const vectors = openNameVectors('test/fixtures/tiny-names')
    const { merged, one } = await both(
      {
        main: [
          { id: 'A:1', name: 'heart attack' },
          { id: 'A:2', name: 'blood' },
        ],
        lab: [
          { id: 'A:1', name: 'attack of the heart', kind: 'synonym' },
          { id: 'LAB:1', name: 'hypotension' },
        ],
      },
      vectors,
    )
    const near = (store: KnowledgeBase, text: string, accepts?: (ref: ConceptRef) => boolean) =>
      store.nearest(text, 3, accepts).map(({ concept, name, denseScore }) => {
        return [store.summary(concept).id, name, denseScore]
      })
    for (const text of ['low blood pressure', 'heart', 'hypo']) {
      assert.deepEqual(near(merged, text), near(one, text))
      assert.equal(near(merged, text).length, 3)
    }
    const vector = one.vectorOf('blood')!
    assert.deepEqual(merged.vectorOf('blood'), vector)
    const nearBy = (store: KnowledgeBase) =>
      store.nearestBy({ text: 'Heart', vector }, 3).map(({ name, denseScore }) => [name, denseScore])
    assert.deepEqual(nearBy(merged), nearBy(one))
    assert.equal(nearBy(merged).length, 3)
    const isLab = (store: KnowledgeBase) => (ref: ConceptRef) => store.summary(ref).id === 'LAB:1'
    assert.deepEqual(near(merged, 'heart', isLab(merged)), near(one, 'heart', isLab(one)))
    assert.equal(near(merged, 'heart', isLab(merged)).length, 1)
    assert.equal(merged.similar('attack of the heart', 1)[0]?.denseScore?.toFixed(6), '1.000000')
    assert.equal(merged.exact('Hypotension')[0]?.denseScore, 1)
  })

  it('leave the concepts of the main one their numbers, and are another with other content', async () => {
    const tables = {
      main: [
        { id: 'A:1', name: 'alpha' },
        { id: 'A:2', name: 'beta' },
      ],
      lab: [{ id: 'A:2', name: 'gamma' }],
    }
    const { merged, main } = await both(tables)
    assert.deepEqual(
      ['A:1', 'A:2'].map((id) => merged.resolve(id)),
      ['A:1', 'A:2'].map((id) => main.resolve(id)),
    )
    assert.notEqual(merged.info.fingerprint, main.info.fingerprint)
  })

  it('join two concepts of the main one where a third names both, as an import does', async () => {
    const { merged, one } = await both({
      main: [
        { id: 'A:1', name: 'alpha' },
        { id: 'A:2', name: 'beta' },
        { id: 'A:3', name: 'alpha child', parent: 'A:2' },
      ],
      lab: [{ id: 'LAB:1', name: 'gamma', alt: ['A:1', 'A:2'] }],
    })
    for (const store of [merged, one]) {
      const refs = ['A:1', 'A:2', 'LAB:1'].flatMap((id) => store.resolve(id))
      assert.equal(new Set(refs).size, 1)
      assert.deepEqual(
        retrieveCandidates(store, 'beta', { limit: 1 }).map(({ id, matchedName }) => [id, matchedName]),
        [['LAB:1', 'beta']],
      )
      assert.deepEqual(ids(store, store.children(refs[0]!)), ['A:3'])
    }
  })

  const word = fc.stringMatching(/^[a-c]{2,5}$/)
  const name = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '))
  const row = (id: fc.Arbitrary<string>, alt: fc.Arbitrary<string>): fc.Arbitrary<Row> =>
    fc.record({
      id,
      name,
      kind: fc.constantFrom('', 'synonym', 'abbreviation'),
      type: fc.constantFrom('', 'T047', 'CHEM'),
      alt: fc.array(alt, { maxLength: 1 }),
      definition: fc.constantFrom('', 'said so'),
    })
  const mainId = fc.oneof(
    fc.nat(60).map((i) => `A:${String(i)}`),
    fc.nat(9).map((i) => `UMLS:C000000${String(i)}`),
  )
  const otherId = (prefix: string): fc.Arbitrary<string> => fc.nat(9).map((i) => `${prefix}:${String(i)}`)
  const tables = fc.record({
    main: fc.array(row(mainId, otherId('Z')), { minLength: 150, maxLength: 200 }),
    lab: fc.array(row(fc.oneof(otherId('X'), mainId), fc.oneof(mainId, otherId('Z'))), {
      minLength: 1,
      maxLength: 8,
    }),
    own: fc.array(row(fc.oneof(otherId('Y'), otherId('X')), fc.oneof(mainId, otherId('X'))), {
      minLength: 1,
      maxLength: 4,
    }),
  })

  it('say of every concept what one store of all the sources says', async () => {
    await fc.assert(
      fc.asyncProperty(tables, async (rows) => {
        const { merged, one } = await both(rows)
        assert.equal(merged.info.nNames, one.info.nNames)
        const all = Array.from({ length: one.info.nConcepts }, (_, ref) => one.concept(ref))
        for (const concept of all) {
          const refs = merged.resolve(concept.id)
          assert.deepEqual(ids(merged, refs), ids(one, one.resolve(concept.id)))
          assert.deepEqual(merged.concept(refs[0]!), concept)
          assert.deepEqual(merged.names(refs[0]!), concept.names)
          const { id, name, types, groups } = merged.summary(refs[0]!)
          assert.deepEqual(
            [id, name, types, groups],
            [concept.id, concept.name, concept.types, concept.groups],
          )
          for (const xref of concept.xrefs)
            assert.deepEqual(ids(merged, merged.resolve(xref)), ids(one, one.resolve(xref)))
        }
      }),
      { seed: 11, numRuns: 3 },
    )
  })

  it('give the candidates that one store of all the sources gives', async () => {
    await fc.assert(
      fc.asyncProperty(tables, fc.array(name, { minLength: 4, maxLength: 4 }), async (rows, queries) => {
        const { merged, one } = await both(rows)
        for (const query of [...queries, rows.lab[0]!.name]) {
          const [found, expected] = [merged, one].map((store) => listOf(store, query))
          const [exact, similar] = [true, false].map((isExact) =>
            [found!, expected!].map((list) => list.filter((one) => one.exact === isExact)),
          )
          assert.deepEqual(exact![0]!.map(comparable), exact![1]!.map(comparable))
          assertClose(similar![0]!, similar![1]!)
        }
      }),
      { seed: 12, numRuns: 3 },
    )
  })

  it('find the names that brute force over all of them finds, with the weights of the main one', async () => {
    await fc.assert(
      fc.asyncProperty(
        tables,
        fc.array(name, { minLength: 4, maxLength: 4 }),
        fc.integer({ min: 1, max: 30 }),
        async (rows, queries, limit) => {
          const { merged, main, one } = await both(rows)
          const accepts = (ref: ConceptRef): boolean => ref % 3 !== 0
          for (const query of queries) {
            const all = bruteForce(merged, (gram) => main.gramWeight(gram), query)
            assert.deepEqual(scoresOf(merged.similar(query, limit)), scoresOf(all.slice(0, limit)))
            assert.deepEqual(
              scoresOf(merged.similar(query, limit, accepts)),
              scoresOf(all.filter(({ concept }) => accepts(concept)).slice(0, limit)),
            )
            const begun = query.slice(0, 3)
            for (const search of ['prefix', 'withWords', 'exact'] as const)
              assert.deepEqual(
                textsOf(merged[search](begun, 1_000), merged),
                textsOf(one[search](begun, 1_000), one),
              )
            assert.deepEqual(merged.prefix(begun, 3), merged.prefix(begun, 1_000).slice(0, 3))
            assert.deepEqual(merged.withWords(begun, 3), merged.withWords(begun, 1_000).slice(0, 3))
          }
        },
      ),
      { seed: 13, numRuns: 3 },
    )
  })
})

/** What does not depend on the numbers of concepts. */
const comparable = (candidate: Candidate): Candidate => ({ ...candidate, concept: 0 })

const listOf = (store: KnowledgeBase, text: string): readonly Candidate[] =>
  retrieveCandidates(store, text, { limit: 64 })

/** The same concepts with scores that are close, but for those about as good as the last ones. */
function assertClose(found: readonly Candidate[], expected: readonly Candidate[]): void {
  const last = Math.max(...[found, expected].map((list) => list.at(-1)?.lexicalScore ?? 0))
  const sure = (list: readonly Candidate[]): Candidate[] =>
    list.filter(({ lexicalScore }) => lexicalScore > last + TOLERANCE)
  for (const [list, other] of [
    [found, expected],
    [expected, found],
  ] as const)
    for (const candidate of sure(list)) {
      const same = other.find(({ id }) => id === candidate.id)
      assert.ok(same, `${candidate.id} ${String(candidate.lexicalScore)} is missing`)
      assert.ok(Math.abs(same.lexicalScore - candidate.lexicalScore) < TOLERANCE)
    }
}

function bruteForce(
  store: KnowledgeBase,
  weightOf: (gram: number) => number,
  text: string,
): readonly NameMatch[] {
  const query = gramsOf(fold(text))
  const refs = new Set(
    Array.from({ length: store.info.nConcepts }, (_, ref) => store.resolve(store.concept(ref).id)[0]!),
  )
  return [...refs]
    .flatMap((concept) => store.names(concept).map((name) => ({ concept, name })))
    .map(({ concept, name }): NameMatch => {
      const grams = gramsOf(fold(name.text))
      const dot = dotProduct(query, grams, weightOf)
      const score = cosine(dot, squaredNorm(query, weightOf), squaredNorm(grams, weightOf))
      return { concept, name: name.text, kind: name.kind, count: name.count, score }
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.concept - b.concept)
}

const scoresOf = (matches: readonly NameMatch[]): readonly (readonly [number, number])[] =>
  matches.map(({ concept, score }) => [concept, score])

const textsOf = (matches: readonly NameMatch[], store: KnowledgeBase): string[] =>
  matches.map(({ concept, name }) => `${store.summary(concept).id} ${name}`).sort()
