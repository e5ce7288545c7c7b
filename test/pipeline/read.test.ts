import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import { detectorsOf, PRESETS, problemLine, readPipeline, readPreset } from '../../src/pipeline/index.ts'
import type { PipelineFiles } from '../../src/pipeline/index.ts'
import { defaultPipeline, pipelineFiles } from '../support/pipeline.ts'

/** A folder `/lab` with these files. */
function filesOf(texts: Readonly<Record<string, string>>): PipelineFiles {
  return {
    ...pipelineFiles,
    read: (path) => texts[path],
    exists: (path) => Object.hasOwn(texts, path),
    resolve: (file, path) => new URL(path, `file://${file.startsWith('/') ? file : '/'}`).pathname,
  }
}

const read = (text: string, others: Readonly<Record<string, string>> = {}) =>
  readPipeline('/lab/p.yaml', text, filesOf(others))

/** The problems of a text as lines. */
const problemsOf = (text: string, others: Readonly<Record<string, string>> = {}): string[] =>
  read(text, others).problems.map((problem) => problemLine(problem).replace('/lab/p.yaml:', ''))

describe('readPipeline', () => {
  it('is the default one where nothing is said', () => {
    for (const text of ['', '# nothing\n', '{}', 'extends: default', 'mentions: {}'])
      assert.deepEqual([read(text).pipeline, read(text).problems], [defaultPipeline, []], text)
  })

  it('reads every pipeline that ships with the program', () => {
    for (const name of PRESETS) assert.ok(readPreset(name, pipelineFiles).description, name)
    const { model, mentions, ranking } = readPreset('dictionary-only', pipelineFiles)
    assert.equal(model, 'none')
    assert.deepEqual(
      [mentions.detectors, ranking.rerankers.map(({ kind }) => kind)],
      [[{ kind: 'dictionary' }], ['prior']],
    )
  })

  it('takes from what it extends all that it does not say, lists as a whole', () => {
    const { pipeline } = read('extends: base.yaml\nfilters:\n  types: [DISO]\n', {
      '/lab/base.yaml':
        'extends: fast\nfilters:\n  types: [CHEM, GENE]\n  minProbability: 0.7\nmentions:\n  detectors: [{kind: tagger}]\n',
    })
    assert.deepEqual(pipeline?.filters, { ...defaultPipeline.filters, types: ['DISO'], minProbability: 0.7 })
    assert.deepEqual(pipeline.mentions.detectors, [{ kind: 'tagger' }])
    assert.equal(pipeline.ranking.rerankers[0]?.candidates, 3)
  })

  it('looks for the models of detectors within others, too', () => {
    const text =
      'mentions:\n  detectors:\n    - kind: first-of\n      detectors:\n        - kind: named-types\n          labels: [assay]\n          model: MODEL\n        - kind: tagger\n'
    const [gone] = problemsOf(text.replace('MODEL', 'nowhere'))
    assert.match(gone ?? '', /^7:18: There is no file or folder \/lab\/nowhere\./)
    const { pipeline } = read(text.replace('MODEL', 'gliner'), { '/lab/gliner': '' })
    assert.deepEqual(
      pipeline && detectorsOf(pipeline).map(([path, one]) => [path.join('.'), 'model' in one && one.model]),
      [
        ['mentions.detectors.0.detectors.0', '/lab/gliner'],
        ['mentions.detectors.0.detectors.1', false],
      ],
    )
  })

  it('reads paths from the folder of the file that names them', () => {
    const others = {
      '/lab/shared/base.yaml':
        'candidates:\n  layers:\n    - kind: dictionary\n      path: terms.csv\n    - kind: fused\n',
      '/lab/shared/terms.csv': '',
      '/lab/model': '',
    }
    const { pipeline, problems } = read('extends: shared/base.yaml\nmodel: model\n', others)
    assert.deepEqual(problems, [])
    assert.equal(pipeline?.model, '/lab/model')
    assert.deepEqual(pipeline.candidates.layers[0], { kind: 'dictionary', path: '/lab/shared/terms.csv' })
  })

  const WRONG: readonly (readonly [text: string, problem: RegExp])[] = [
    ['mentoins: {}', /^1:1: Unknown key "mentoins"; allowed here: extends, .* Did you mean "mentions"\?$/],
    [
      'filters:\n  minProbabilty: 0.5',
      /^2:3: Unknown key "minProbabilty"; .* Did you mean "minProbability"\?$/,
    ],
    ['filters:\n  minProbability: 5', /^2:19: Found 5; allowed here: numbers up to 1\.$/],
    ['filters:\n  minProbability: high', /^2:19: Found "high"; allowed here: number\.$/],
    [
      'filters:\n  generalWords: hidden',
      /^2:17: Found "hidden"; allowed here: hide, show\. Did you mean "hide"\?$/,
    ],
    ['filters:\n  types: DISO', /^2:10: Found "DISO"; allowed here: a list\.$/],
    ['mentions:\n  detectors: []', /^2:3: Found 0; allowed here: lists of at least 1\.$/],
    [
      'mentions:\n  detectors:\n    - kind: tager',
      /^3:13: Found "tager"; allowed here: tagger, dictionary, .* Did you mean "tagger"\?$/,
    ],
    [
      'mentions:\n  detectors:\n    - kind: tagger\n      model: x',
      /^4:7: Unknown key "model"; allowed here: kind\. Remove it, or take one of these\.$/,
    ],
    ['mentions:\n  detectors:\n    - {}', /^3:7: "kind" is missing here\. Add it: /],
    ['candidates:\n  layers:\n    - kind: dictionary', /^3:7: "path" is missing here\. Add it: /],
    [
      'candidates:\n  layers:\n    - kind: remote\n      url: here',
      /^4:12: Found "here"; allowed here: an address, /,
    ],
    ['- a', /^1:1: Found a list; allowed here: keys with values\.$/],
    ['filters: {', /^1:11: This is no YAML: /],
    ['filters: {}\nfilters: {}', /^2:1: This is no YAML: Map keys must be unique\. Mend it first\.$/],
    ['extends: quick.yaml', /^1:10: There is no file \/lab\/quick\.yaml; allowed are default, fast, /],
    ['extends: fsat', /^1:10: There is no file .* Did you mean "fast"\?$/],
    ['extends: p.yaml', /^1:10: p\.yaml is extended by itself\./],
    ['model: my-model', /^1:8: There is no file or folder \/lab\/my-model\. Paths are read from the folder/],
    [
      'candidates:\n  layers:\n    - kind: dictionary\n      path: no.csv',
      /^4:13: There is no file or folder \/lab\/no\.csv\./,
    ],
  ]
  for (const [text, problem] of WRONG)
    it(`says where: ${JSON.stringify(text)}`, () => {
      const [first, ...others] = problemsOf(text)
      assert.match(first ?? 'nothing', problem)
      assert.deepEqual(others, [])
    })

  const IMPOSSIBLE: readonly (readonly [text: string, problem: RegExp])[] = [
    [
      'ranking:\n  rerankers: [{kind: prior}, {kind: two-stream}]',
      /^2:\d+: Nothing reaches "two-stream": "prior" above it answers everything\. Put "prior" last/,
    ],
    [
      'ranking:\n  rerankers: [{kind: two-stream}, {kind: certain}]',
      /^2:\d+: "certain" spares "two-stream" .* Put it above "two-stream"\./,
    ],
    ['ranking:\n  rerankers: [{kind: prior, ifBelow: 0.5}]', /^2:\d+: Nobody ranks before the first one/],
    [
      'candidates:\n  layers: [{kind: fused}, {kind: lexical}]',
      /^2:\d+: "lexical" finds nothing that "fused" above it does not\./,
    ],
    [
      'candidates:\n  layers: [{kind: fused}, {kind: rocchio}]',
      /^2:\d+: "fused" above it leaves no room for "rocchio"\./,
    ],
    [
      'candidates:\n  layers: [{kind: exact, ifFewerThan: 2}]',
      /^2:\d+: Nothing stands above the first layer/,
    ],
    ['candidates:\n  layers: [{kind: exact}, {kind: exact}]', /^2:\d+: "exact" stands in this list already/],
    [
      'mentions:\n  detectors: [{kind: dictionary}, {kind: dictionary}]',
      /^2:\d+: "dictionary" stands in this list already/,
    ],
    [
      'mentions:\n  detectors:\n    - kind: first-of\n      detectors: [{kind: dictionary}, {kind: tagger}]',
      /^4:\d+: Nothing reaches this detector: the dictionary before it always answers\./,
    ],
    [
      'extends: dictionary-only\nmentions:\n  detectors: [{kind: tagger}]',
      /^3:\d+: "tagger" needs the model, and this pipeline has none/,
    ],
    ['model: none', /"tagger" needs the model/],
    [
      'ranking:\n  rerankers:\n    - kind: generative\n    - kind: prior',
      /^3:13: "generative" stands at place 1 of 2; it is asked about the whole document .* Put it last\./,
    ],
    [
      'ranking:\n  rerankers: [{kind: generative}]',
      /^2:\d+: "generative" stands at place 1 of 1, and nobody ranks before it, .* Put "two-stream" or "prior" before it\./,
    ],
    [
      'ranking:\n  rerankers: [{kind: prior}, {kind: generative, candidates: 11}]',
      /^2:\d+: Found 11; allowed/,
    ],
  ]
  for (const [text, problem] of IMPOSSIBLE)
    it(`knows impossible orders: ${JSON.stringify(text)}`, () => {
      assert.match(problemsOf(text)[0] ?? 'nothing', problem)
    })

  it('takes orders that make sense', () => {
    for (const text of [
      'ranking:\n  rerankers: [{kind: prior}, {kind: two-stream, ifBelow: 0.8}]',
      'ranking:\n  rerankers: [{kind: two-stream}, {kind: prior}, {kind: generative}]',
      'ranking:\n  rerankers: [{kind: certain, from: 0.95}, {kind: two-stream}, {kind: prior}]',
      'candidates:\n  layers: [{kind: exact}, {kind: lexical, ifFewerThan: 5}, {kind: dense}]',
      'mentions:\n  detectors: [{kind: first-of, until: finds, detectors: [{kind: dictionary}, {kind: tagger}]}]',
    ])
      assert.deepEqual(problemsOf(text), [], text)
  })

  it('says the file that a problem stands in', () => {
    const { problems } = read('extends: base.yaml', { '/lab/base.yaml': '\nfilter: {}' })
    assert.deepEqual(problems.map(problemLine), [
      '/lab/base.yaml:2:1: Unknown key "filter"; allowed here: extends, description, model, mentions, candidates, ranking, filters, document. Did you mean "filters"?',
    ])
  })

  it('never throws, and every problem has its place', () => {
    const words = [
      ...['mentions', 'candidates', 'filters', 'layers', 'detectors', 'kind', 'ifBelow', 'types', 'extends'],
      ...[
        'tagger',
        'fused',
        'first-of',
        'prior',
        '0.5',
        '-1',
        'null',
        '[]',
        '{}',
        '&a',
        '*a',
        '!!x',
        '"',
        "'",
        'fast',
      ],
      ...[
        ': ',
        ':\n',
        '\n',
        '\n  ',
        '\n    - ',
        '- ',
        ', ',
        '[',
        ']',
        '{',
        '}',
        '#',
        '|',
        '>',
        '\t',
        '\u0000',
        '🧬',
      ],
    ]
    const text = fc.oneof(
      fc.array(fc.constantFrom(...words), { maxLength: 30 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.json().map((json) => json.replaceAll(/"[^"]*":/g, '"filters":')),
    )
    fc.assert(
      fc.property(text, (some) => {
        const { pipeline, problems } = read(some)
        assert.equal(pipeline === undefined, problems.length > 0)
        const lines = some.split(/\r\n|\n/)
        for (const { start, end, line, column, message } of problems) {
          assert.ok(start >= 0 && start <= end && end <= some.length, `${start}-${end}`)
          assert.ok(line >= 1 && line <= lines.length && column >= 1, `${line}:${column}`)
          assert.match(message, /[.?]$/)
        }
      }),
      { seed: 7, numRuns: 500 },
    )
  })
})
