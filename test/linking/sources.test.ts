import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { CancelledError } from '../../src/core/index.ts'
import { mergeKnowledgeBases } from '../../src/knowledge/index.ts'
import {
  conceptFilter,
  exactSource,
  fusedSource,
  lexicalSource,
  remoteSource,
  vocabularySource,
} from '../../src/linking/candidates/index.ts'
import type { CandidateSource, RemoteConcept, Shelf } from '../../src/linking/candidates/index.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'

const knowledgeBase = knowledgeBaseOf([
  { id: 'T:1', names: ['Common Cold', { text: 'cold', count: 4 }], groups: ['DISO'] },
  { id: 'T:2', names: ['Cold Temperature', { text: 'cold', count: 9 }], groups: ['PHEN'] },
  { id: 'T:3', names: ['cold sore'], groups: ['DISO'], xrefs: ['MESH:D006560'] },
  { id: 'T:4', names: ['asthma'], groups: ['DISO'] },
])
const shelf: Shelf = { knowledgeBase, accepts: undefined, restriction: undefined }
const disorders: Shelf = {
  knowledgeBase,
  accepts: conceptFilter(knowledgeBase, { types: ['DISO'], sources: [] }),
  restriction: 'DISO',
}

const found = async (source: CandidateSource, text: string, limit = 9): Promise<string[]> =>
  ((await source.find(text, limit)) ?? []).map(({ id }) => id)

describe('sources of candidates', () => {
  it('exact: equal names, the one most often meant first', async () => {
    assert.deepEqual(await found(exactSource(shelf), 'COLD'), ['T:2', 'T:1'])
    assert.deepEqual(await found(exactSource(disorders), 'cold'), ['T:1'])
    assert.deepEqual(await found(exactSource(shelf), 'colds'), [])
    assert.deepEqual(await found(exactSource(shelf), 'cold', 1), ['T:2'])
  })

  it('lexical: names alike in letters, equal ones marked as such', async () => {
    const list = (await lexicalSource(shelf).find('cold sore', 9)) ?? []
    assert.deepEqual(
      list.map(({ id, exact }) => [id, exact]),
      [
        ['T:3', true],
        ['T:2', false],
        ['T:1', false],
      ],
    )
    assert.ok(list.every(({ lexicalScore }, i) => lexicalScore <= (list[i - 1]?.lexicalScore ?? 1)))
    assert.deepEqual(await found(lexicalSource(disorders), 'cold'), ['T:1', 'T:3'])
  })

  it('have a key of what decides about their answers', () => {
    const keys = [exactSource(shelf), exactSource(disorders)].map(({ key }) => JSON.stringify(key))
    assert.notEqual(keys[0], keys[1])
  })

  it('dictionary: the concepts of a vocabulary beside the knowledge base', async () => {
    const own = knowledgeBaseOf([
      { id: 'MY:1', names: ['cold room'] },
      { id: 'MESH:D006560', names: ['fever blister'] },
    ])
    const merged = await mergeKnowledgeBases(knowledgeBase, [own], { paths: ['/lab/terms.csv'] })
    const mine: Shelf = { knowledgeBase: merged, accepts: undefined, restriction: undefined }
    assert.deepEqual(await found(vocabularySource(mine, '/lab/terms.csv'), 'cold'), ['T:3', 'MY:1'])
    assert.deepEqual(await found(vocabularySource(mine, '/lab/other.csv'), 'cold'), [])
    assert.equal((await found(fusedSource(mine), 'cold')).length, 4)
  })
})

describe('a service that names candidates', () => {
  /** Answers with these concepts, and remembers what it was asked. */
  function service(answer: (text: string) => readonly RemoteConcept[] | Error) {
    const asked: string[][] = []
    const source = remoteSource(shelf, {
      url: 'http://127.0.0.1:1/x',
      find(texts) {
        asked.push([...texts])
        const answers = texts.map(answer)
        const failure = answers.find((one) => one instanceof Error)
        return failure ? Promise.reject(failure) : Promise.resolve(answers as RemoteConcept[][])
      },
    })
    return { source, asked }
  }

  it('is asked once about all texts of a passage', async () => {
    const { source, asked } = service((text) => (text === 'a' ? [{ id: 'T:4' }] : [{ id: 'MESH:D006560' }]))
    assert.deepEqual(await Promise.all([found(source, 'a'), found(source, 'b'), found(source, 'c')]), [
      ['T:4'],
      ['T:3'],
      ['T:3'],
    ])
    assert.deepEqual(asked, [['a', 'b', 'c']])
    await found(source, 'd')
    assert.equal(asked.length, 2)
  })

  it('names concepts by any of their ids; what the knowledge base does not have is left out', async () => {
    const { source } = service(() => [
      { id: 'X:9' },
      { id: 'MESH:D006560', name: 'oral herpes' },
      { id: 'T:3' },
      { id: 'T:1', name: 'cold' },
    ])
    const [first, second, ...others] = (await source.find('cold', 9)) ?? []
    assert.deepEqual(others, [])
    assert.deepEqual(
      [first?.id, first?.matchedName, first?.exact, first?.nameCount],
      ['T:3', 'oral herpes', false, 0],
    )
    assert.deepEqual(
      [second?.id, second?.matchedKind, second?.exact, second?.nameCount],
      ['T:1', 'synonym', true, 4],
    )
    assert.equal(second?.lexicalScore, 1)
    assert.deepEqual(await found(source, 'cold', 1), ['T:3'])
  })

  it('fails for all who asked, and is asked again', async () => {
    let answer: RemoteConcept[] | Error = new Error('gone')
    const { source } = service(() => answer)
    const both = await Promise.allSettled([source.find('a', 9), source.find('b', 9)])
    assert.deepEqual(
      both.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
    answer = [{ id: 'T:4' }]
    assert.deepEqual(await found(source, 'a'), ['T:4'])
  })

  it('is cancelled only for those who gave up', async () => {
    const cancelled = { isCancellationRequested: true }
    const { source } = service(() => new CancelledError())
    const [mine, others] = await Promise.allSettled([source.find('a', 9, cancelled), source.find('b', 9)])
    assert.ok(mine.status === 'rejected' && mine.reason instanceof CancelledError)
    assert.ok(others.status === 'rejected')
  })
})
