import assert from 'node:assert/strict'
import { alignArguments, keyOf, likelyTermColumn } from '../../../src/client/alignment/alignmentWork.ts'
import { DEFAULT_SETTINGS } from '../../../src/protocol/index.ts'

const work = { table: '/t/a.csv', column: 'complaint', types: ['DISO', 'PHEN'], language: 'en' }
const target = { out: '/o/r.json', format: 'review', keep: '/o/k.jsonl' } as const

describe('the work of an alignment', () => {
  it('is told to the command line with what the settings say', () => {
    const settings = {
      ...DEFAULT_SETTINGS,
      'knowledgeBase.path': '/kb',
      'knowledgeBase.extra': ['/x.csv', '/y.csv'],
      'alignment.acceptFrom': 0.9,
    }
    const args = alignArguments({ ...work, context: 'form' }, target, settings)
    const valuesOf = (flag: string) => args.flatMap((arg, i) => (args[i - 1] === flag ? arg : []))
    assert.deepEqual(args.slice(0, 2), ['align', '/t/a.csv'])
    assert.deepEqual(valuesOf('--column'), ['complaint'])
    assert.deepEqual(valuesOf('--context'), ['form'])
    assert.deepEqual(valuesOf('--only-types'), ['DISO', 'PHEN'])
    assert.deepEqual(valuesOf('--kb'), ['/kb'])
    assert.deepEqual(valuesOf('--extra-kb'), ['/x.csv', '/y.csv'])
    assert.deepEqual(valuesOf('--accept-from'), ['0.9'])
    assert.deepEqual(valuesOf('--keep'), ['/o/k.jsonl'])
  })

  it('leaves out what is not set', () => {
    const args = alignArguments({ ...work, types: [] }, target, DEFAULT_SETTINGS)
    for (const flag of ['--kb', '--extra-kb', '--model', '--only-types', '--only-sources', '--context'])
      assert.ok(!args.includes(flag), flag)
  })

  it('has one name, which changes with all that is asked', () => {
    assert.equal(keyOf(work), keyOf({ ...work }))
    const others = [
      { ...work, column: 'form' },
      { ...work, context: 'form' },
      { ...work, types: ['DISO'] },
      { ...work, language: 'de' },
      { ...work, table: '/t/b.csv' },
    ]
    assert.equal(new Set([work, ...others].map(keyOf)).size, 6)
  })

  it('suggests the column that has words', () => {
    const columns = [
      { title: 'id', examples: ['1001', '1002'] },
      { title: 'code', examples: ['A1', 'B2'] },
      { title: 'complaint', examples: ['shortness of breath', 'fever'] },
    ]
    assert.equal(likelyTermColumn(columns), 'complaint')
    assert.equal(likelyTermColumn([]), '')
  })
})
