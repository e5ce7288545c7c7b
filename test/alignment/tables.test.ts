import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  checkTitles,
  columnIndex,
  decide,
  delimiterIn,
  readDelimited,
  readWorkbook,
  termsOf,
  withAnswers,
  writeDelimited,
  writeWorkbook,
  type Alignment,
  type Table,
} from '../../src/alignment/index.ts'

/** Texts that text tables can hold: a line of nothing but empty cells is no row. */
const cell = fc.stringMatching(/^[a-zé"',;\t\n 0-9]{0,8}$/)
const tables = fc.integer({ min: 1, max: 4 }).chain((width) =>
  fc.record({
    titles: fc.uniqueArray(fc.stringMatching(/^[A-Za-z"]{1,6}$/), { minLength: width, maxLength: width }),
    rows: fc.array(
      fc.array(cell, { minLength: width, maxLength: width }).filter((row) => row.join('').trim() !== ''),
    ),
  }),
)

describe('tables of terms', () => {
  it('are read as they were written, with commas and tabs', () => {
    fc.assert(
      fc.property(tables, fc.constantFrom(',' as const, '\t' as const), ({ titles, rows }, delimiter) => {
        const table = { titles, rows }
        assert.deepEqual(readDelimited(writeDelimited(table, delimiter), delimiter), table)
      }),
      { seed: 7, numRuns: 60 },
    )
  })

  it('are read as they were written, as workbooks', async () => {
    const date = new Date('2026-01-31T00:00:00Z')
    const table: Table = {
      titles: ['term', 'n', 'seen', 'yes'],
      rows: [
        ['a < b & "c"', 1.5, date, true],
        ['Größe µ', 0, null, false],
        ['007', -3, null, null],
      ],
    }
    assert.deepEqual(await readWorkbook(await writeWorkbook(table)), table)
  })

  it('have the delimiter of their first line', () => {
    assert.equal(delimiterIn('"a,b,c";d\n1,2,3'), ';')
    assert.equal(delimiterIn('term\tid\n'), '\t')
    assert.equal(delimiterIn('term'), ',')
    assert.deepEqual(readDelimited('\uFEFFterm;n\r\n"a;b";1\r\n\r\n'), {
      titles: ['term', 'n'],
      rows: [['a;b', '1']],
    })
  })

  it('name what is wrong', async () => {
    const table = readDelimited('Term,Other\na,b\n')
    assert.equal(columnIndex(table, 'term '), 0)
    assert.throws(() => columnIndex(table, 'label'), /no column "label". Its columns are: "Term", "Other"/)
    assert.throws(() => readDelimited('a,b\n"x,y'), /cannot be read.*UTF-8/)
    await assert.rejects(readWorkbook(Buffer.from('PK no workbook')), /workbook cannot be read.*xlsx/)
    assert.throws(() => checkTitles({ titles: ['decision'], rows: [] }), /"decision" already/)
  })

  it('give every distinct term once, with its context', () => {
    const table = readDelimited('term,form\ncough,A\n cough ,A\ncough,B\n,A\nCough,\n')
    const { terms, termOfRow } = termsOf(table, { term: 'term', context: 'form' })
    assert.deepEqual(terms, [
      { text: 'cough', context: 'A' },
      { text: 'cough', context: 'B' },
      { text: 'Cough' },
    ])
    assert.deepEqual(termOfRow, [0, 0, 1, undefined, 2])
  })

  it('get the answers in further columns, row by row', () => {
    const table = readDelimited('term\ncough\n \ncold\ncough\n')
    const terms = termsOf(table, { term: 'term' })
    const candidate = {
      id: 'T:1',
      name: 'Cough',
      matchedName: 'cough',
      types: ['T184', 'T046'],
      groups: ['DISO'],
      score: 0.9,
    }
    const alignments: Alignment[] = [
      {
        term: { text: 'cough' },
        candidates: [candidate, { ...candidate, id: 'T:2' }],
        probability: 0.95,
        agreement: 'agree',
      },
      { term: { text: 'cold' }, candidates: [candidate], probability: 0.01, agreement: 'alone' },
    ]
    const decided = alignments.map((one) => decide(one, { acceptFrom: 0.8, reviewFrom: 0.1 }, new Map()))
    const { titles, rows } = withAnswers(table, terms, decided)
    assert.deepEqual(titles.slice(0, 4), ['term', 'concept_id', 'concept_name', 'concept_type'])
    const first = ['cough', 'T:1', 'Cough', 'T184|T046', 0.9, 0.95, 'T:2', 'Cough', 'accepted', 'model']
    assert.deepEqual(rows, [
      first,
      [' ', null, null, null, null, null, null, null, null, null],
      ['cold', null, null, null, null, 0.01, 'T:1', 'Cough', 'none', 'model'],
      first,
    ])
  })
})
