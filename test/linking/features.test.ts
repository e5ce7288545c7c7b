import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'mocha'
import * as v from 'valibot'
import type { Candidate } from '../../src/core/index.ts'
import { featureScore } from '../../src/inference/index.ts'
import type { ContextFit, EngineInfo, FeatureRanker } from '../../src/inference/index.ts'
import { featureNames, featuresOf, featureVectors } from '../../src/linking/ranking/features.ts'
import type { FeatureInput } from '../../src/linking/ranking/features.ts'
import { listFeatures } from '../../src/linking/ranking/listFeatures.ts'
import { likeliest, sharesOf } from '../../src/linking/ranking/shortlist.ts'
import { fakeEngine } from '../support/engine.ts'

const base: Candidate = {
  concept: 0,
  id: 'T:0',
  matchedName: 'Cold',
  matchedKind: 'preferred',
  preferredName: 'Cold',
  lexicalScore: 1,
  denseScore: 0.9,
  exact: true,
  nameCount: 3,
  conceptCount: 9,
  nMatches: 2,
  officialScore: 1.63,
  types: [],
  groups: ['DISO', 'PHEN'],
}
const candidates: Candidate[] = [
  base,
  {
    ...base,
    id: 'T:1',
    matchedName: 'cold',
    matchedKind: 'observed',
    denseScore: 0.95,
    nameCount: 1,
    groups: ['PHEN'],
  },
  {
    ...base,
    id: 'T:2',
    matchedName: 'colds',
    matchedKind: 'synonym',
    exact: false,
    lexicalScore: 0.7,
    denseScore: 0,
    groups: [],
  },
]

/** Made by models/recipe/conceptlens_recipe/tiny.py. */
const oracle = v.parse(
  v.object({
    names: v.array(v.string()),
    /** How well a mention stands where concepts do: closeness and count. */
    fits: v.record(v.string(), v.tuple([v.number(), v.number()])),
    lists: v.array(
      v.object({
        lookedUp: v.string(),
        expanded: v.boolean(),
        groupShares: v.nullable(v.record(v.string(), v.number())),
        candidates: v.array(
          v.object({
            id: v.string(),
            matchedName: v.string(),
            matchedKind: v.picklist(['preferred', 'synonym', 'layperson', 'abbreviation', 'observed']),
            preferredName: v.string(),
            lexicalScore: v.number(),
            denseScore: v.number(),
            exact: v.boolean(),
            nameCount: v.number(),
            conceptCount: v.number(),
            nMatches: v.number(),
            officialScore: v.number(),
            groups: v.array(v.string()),
          }),
        ),
        features: v.array(v.array(v.number())),
        scores: v.array(v.number()),
        shortlist: v.array(v.number()),
      }),
    ),
  }),
  JSON.parse(readFileSync('test/oracle/features.json', 'utf8')),
)

const fitOf = (concept: string): ContextFit | undefined => {
  const [closeness, count] = oracle.fits[concept] ?? []
  return closeness === undefined || count === undefined ? undefined : { closeness, count }
}

const ranker = JSON.parse(readFileSync('test/fixtures/tiny-linker/features.json', 'utf8')) as FeatureRanker

describe('featuresOf', () => {
  it('is what the table says', () => {
    const input = { lookedUp: 'cold', expanded: false, groupShares: { DISO: 0.75, GENE: 0.25 }, candidates }
    const [first, second, third] = featuresOf(input, 3)
    assert.deepEqual(first, {
      lexicalScore: 1,
      exact: 1,
      caseExact: 0,
      nameShare: 3 / 5,
      logNameCount: Math.log(4) / 5,
      logConceptCount: Math.log(10) / 8,
      isPreferred: 1,
      expanded: 0,
      reciprocalRank: 1,
      typeMatch: 0.75,
      sameWords: 1,
      samePreferredWords: 1,
      sameLastWord: 1,
      samePreferredLastWord: 1,
      sameFirstWord: 1,
      conceptShare: 9 / 19,
      soleExact: 0,
      exactPreferred: 1,
      isObserved: 0,
      isAbbreviation: 0,
      shorterName: 0,
      longerName: 0,
      lexicalGap: 0,
      denseScore: 0.9,
      denseGap: 0.9 - 0.95,
      officialScore: 1.63 / 1.7,
      logMatches: Math.log(3) / 3,
      shareOfConcept: 3 / 10,
      contextFit: 0,
      contextKnown: 0,
      contextCount: 0,
    })
    assert.equal(second?.isObserved, 1)
    assert.equal(third?.sameWords, 1, 'colds and cold differ in an ending only')
    assert.ok(Math.abs((third?.lexicalGap ?? 0) + 0.3) < 1e-12)
    assert.deepEqual(
      featureVectors({ lookedUp: 'cold', expanded: true, candidates }, 3, [
        'nameShare',
        'expanded',
        'typeMatch',
        'exact',
        'reciprocalRank',
      ])[2],
      [0, 1, 0.5, 0, 1 / 3],
    )
  })

  it('gives what the training recipe computes', () => {
    assert.deepEqual(oracle.names, featureNames)
    for (const { lookedUp, expanded, groupShares, candidates, features } of oracle.lists) {
      const list = candidates.map((one): Candidate => ({ ...one, concept: 0, types: [] }))
      const ours = featureVectors(
        { lookedUp, expanded, groupShares: groupShares ?? undefined, fitOf, candidates: list },
        list.length,
        oracle.names,
      )
      ours.forEach((row, i) =>
        row.forEach((value, j) =>
          assert.ok(Math.abs(value - (features[i]?.[j] ?? Number.NaN)) < 1e-12, oracle.names[j]),
        ),
      )
    }
  })

  it('refuses a feature that it does not know', () => {
    assert.throws(
      () => featureVectors({ lookedUp: 'cold', expanded: false, candidates }, 1, ['colour']),
      /colour/,
    )
  })
})

describe('listFeatures', () => {
  const wide: FeatureRanker = {
    ...ranker,
    linear: [...ranker.linear, 0.7, -0.2, 0.4],
    hidden: ranker.hidden.map((row, unit) => [...row, unit / 9, 0.1, -unit / 5]),
  }
  const info = { ...fakeEngine().info, features: featureNames, featureRanker: wide }
  const shares = [undefined, { DISO: 0.75, PHEN: 0.25 }, { CHEM: 1 }]

  it('gives the features and shares of a list, also when the mention is taken for something else or stands elsewhere', () => {
    for (const [i, groupShares] of [...shares, ...shares].entries()) {
      const input = { lookedUp: 'cold', expanded: false, groupShares, candidates, ...(i > 1 && { fitOf }) }
      const rows = featureVectors(input, 3, featureNames)
      const scores = rows.map((row) => featureScore(wide, row))
      const found = listFeatures(input, 3, info)
      rows.forEach((row, rank) => assert.deepEqual(found.rowOf(rank), row))
      sharesOf(scores).forEach((share, rank) =>
        assert.ok(Math.abs(share - (found.shares?.[rank] ?? Number.NaN)) < 1e-12),
      )
    }
  })

  it('keeps apart what is looked up, how much of the list is asked for, and models', () => {
    const input = { lookedUp: 'cold', expanded: false, candidates }
    const first = (one: FeatureInput, n = 3, model: EngineInfo = info) => listFeatures(one, n, model)
    assert.notDeepEqual(first(input).rowOf(0), first({ ...input, expanded: true }).rowOf(0))
    assert.notDeepEqual(first(input).rowOf(0), first({ ...input, lookedUp: 'Cold' }).rowOf(0))
    assert.equal(first(input, 2).shares?.length, 2)
    const plain = first(input, 3, fakeEngine({ info: { features: ['exact'] } }).info)
    assert.deepEqual(plain.rowOf(0), [1])
    assert.equal(plain.shares, undefined)
  })
})

describe('shortlist', () => {
  it('scores and chooses as the training recipe does', () => {
    for (const { features, scores, shortlist } of oracle.lists) {
      const own = features.map((row) => featureScore(ranker, row))
      own.forEach((score, i) => assert.ok(Math.abs(score - (scores[i] ?? Number.NaN)) < 1e-5))
      assert.deepEqual(likeliest(sharesOf(own), 4), shortlist)
    }
  })

  it('leaves out what is all but ruled out, never the two likeliest', () => {
    assert.deepEqual(likeliest(sharesOf([0, 9, 8, -9]), 4), [1, 2])
    assert.deepEqual(likeliest(sharesOf([0, 20, 8, -9]), 1), [1])
    assert.deepEqual(likeliest(sharesOf([-20, -30, -40]), 4), [0, 1])
    assert.deepEqual(likeliest(sharesOf([1, 1, 1]), 2), [0, 1])
  })
})
