import assert from 'node:assert/strict'
import { join } from 'node:path'
import {
  countNames,
  countSuppressible,
  defaultFilters,
  filterArguments,
  languageName,
  valuesOf,
  withPicked,
} from '../../../src/client/knowledgeBases/releaseFilters.ts'
import { countRelease, releaseAt } from '../../../src/knowledge/index.ts'
import type { ReleaseFilters, ReleaseSummary } from '../../../src/protocol/index.ts'

const UMLS = join(import.meta.dirname, '..', '..', 'fixtures', 'rrf', 'umls')

describe('the filters of a release', () => {
  let releases: readonly ReleaseSummary[]
  let filters: ReleaseFilters

  before(async () => {
    const { cells, vocabularies } = await countRelease((await releaseAt(UMLS))!)
    const titles = Object.fromEntries(vocabularies.map(({ value, title }) => [value, title]))
    releases = [{ source: UMLS, cells, titles }]
    filters = defaultFilters(releases)
  })

  const shown = (kind: Parameters<typeof valuesOf>[1], of = filters): string[] =>
    valuesOf(releases, kind, of).map(
      ({ value, nNames, isPicked }) => `${isPicked ? '✓' : ' '}${value} ${nNames}`,
    )

  it('are English and not suppressible by default', () => {
    assert.deepEqual(filters, { languages: ['ENG'], suppressible: false })
    assert.deepEqual(shown('languages'), ['✓ENG 9', ' SPA 1'])
    assert.deepEqual([countNames(releases, filters), countSuppressible(releases, filters)], [9, 1])
    const spanish = [
      { ...releases[0]!, cells: releases[0]!.cells.filter(({ language }) => language === 'SPA') },
    ]
    assert.deepEqual(defaultFilters(spanish).languages, ['SPA'])
  })

  it('offer what the other filters let through, with its count and full name', () => {
    assert.deepEqual(shown('vocabularies').sort(), ['✓CHV 2', '✓MSH 3', '✓NCI 2', '✓SNOMEDCT_US 2'])
    assert.equal(valuesOf(releases, 'vocabularies', filters)[0]?.title, 'Medical Subject Headings')
    const spanish = { ...filters, languages: ['SPA'] }
    assert.equal(shown('vocabularies', spanish).length, 1)
    assert.deepEqual(shown('termTypes', { ...filters, vocabularies: ['CHV'] }), ['✓SY 2'])
    assert.deepEqual(shown('termTypes', { ...filters, vocabularies: ['CHV'], termTypes: ['PT'] }), [' SY 2'])
  })

  it('are no filter when everything is picked', () => {
    const offered = valuesOf(releases, 'vocabularies', filters)
    const picked = offered.map(({ value }) => value)
    assert.deepEqual(
      withPicked({ ...filters, vocabularies: ['MSH'] }, 'vocabularies', { offered, picked }),
      filters,
    )
    assert.deepEqual(withPicked(filters, 'vocabularies', { offered, picked: ['MSH'] }).vocabularies, ['MSH'])
    assert.deepEqual(withPicked(filters, 'languages', { offered: [], picked: ['ENG', 'SPA'] }).languages, [
      'ENG',
      'SPA',
    ])
  })

  const selections: readonly Partial<ReleaseFilters>[] = [
    {},
    { languages: ['ENG', 'SPA'] },
    { vocabularies: ['MSH', 'NCI'] },
    { groups: ['DISO'] },
    { groups: ['CHEM', 'DISO'], termTypes: ['PT', 'MH'] },
    { suppressible: true },
  ]
  for (const selection of selections)
    it(`count what an import takes: ${JSON.stringify(selection)}`, async () => {
      const all = { ...filters, ...selection }
      const { groups, ...others } = all
      const counts = await countRelease(
        (await releaseAt(UMLS, { ...others, ...(groups && { semanticTypes: groups }) }))!,
      )
      assert.equal(countNames(releases, all), counts.nSelectedNames)
    })

  it('become options of the command line', () => {
    assert.deepEqual(filterArguments(filters), ['--languages', 'ENG'])
    assert.deepEqual(
      filterArguments({
        languages: ['ENG', 'SPA'],
        vocabularies: ['MSH'],
        termTypes: ['PT', 'SY'],
        groups: ['DISO'],
        suppressible: true,
      }),
      // prettier-ignore
      ['--languages', 'ENG', 'SPA', '--vocabularies', 'MSH', '--term-types', 'PT', 'SY', '--semantic-types', 'DISO', '--suppressible'],
    )
  })

  it('call languages by their names', () => {
    assert.deepEqual(['ENG', 'SPA', 'QQQ', '?'].map(languageName), ['English', 'Spanish', '', ''])
  })
})
