import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import { conventionOf, readCorpus } from '../../src/evaluation/index.ts'

const corpusOf = (...types: string[]) =>
  readCorpus(
    [
      '1|t|asthma asthma asthma',
      '1|a|',
      ...types.map((type, i) => `1\t${7 * i}\t${7 * i + 6}\tasthma\t${type}\tD001249`),
      '',
      '',
    ].join('\n'),
    'test',
  )

describe('conventionOf', () => {
  it('of diseases, chemicals, genes and species is `entities`', () => {
    assert.equal(conventionOf(corpusOf('Disease', 'Chemical')), 'entities')
  })

  it('of all concepts is `concepts`', () => {
    assert.equal(conventionOf(corpusOf('T047', 'T061')), 'concepts')
    assert.equal(conventionOf(corpusOf()), 'concepts')
  })
})
