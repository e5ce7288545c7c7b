import assert from 'node:assert/strict'
import type { KnowledgeBase } from '../../src/core/index.ts'
import {
  comparisonText,
  evaluateCorpus,
  joinCorpora,
  readCorpus,
  reportText,
  type Corpus,
  type EvaluationReport,
} from '../../src/evaluation/index.ts'
import { createLinker } from '../../src/linking/index.ts'
import type { Pipeline } from '../../src/pipeline/index.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'
import { defaultPipeline } from '../support/pipeline.ts'

const silent = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
}

const KB = knowledgeBaseOf([
  {
    id: 'UMLS:C0004096',
    names: ['asthma', 'bronchial asthma'],
    groups: ['DISO'],
    types: ['T047'],
    xrefs: ['MESH:D001249'],
  },
  { id: 'MESH:D008094', names: ['lithium'], groups: ['CHEM'], types: ['T196'] },
  {
    id: 'UMLS:C0022658',
    names: ['kidney diseases', 'nephropathy'],
    groups: ['DISO'],
    xrefs: ['MESH:D007674', 'MESH:D999999'],
  },
])

const corpusOf = (text: string, name = 'test'): Corpus => readCorpus(text, name)

/** The retrieval order alone: no engine, so that the figures can be foretold. */
const evaluate = (
  corpus: Corpus,
  task: EvaluationReport['task'],
  options: {
    seen?: Corpus[]
    types?: string[]
    knowledgeBase?: KnowledgeBase
    pipeline?: Pipeline
    nExamples?: number
  } = {},
): Promise<EvaluationReport> => {
  const { knowledgeBase = KB, pipeline = defaultPipeline, ...rest } = options
  const linker = createLinker({ knowledgeBase, engine: undefined, logger: silent }, pipeline)
  let clock = 0
  return evaluateCorpus({ corpus, linker, knowledgeBase, task, nowMs: () => (clock += 1000), ...rest })
}

const CORPUS = corpusOf(`1|t|Lithium and asthma
1|a|Nephropathy, 𝛼 asthma of bronchial asthma type and unobtainium.
1\t0\t7\tLithium\tChemical\tD008094
1\t12\t18\tasthma\tDisease\tD001249
1\t19\t30\tNephropathy\tDisease\tD007674|D000001
1\t34\t40\tasthma\tDisease\tD008094
1\t44\t60\tbronchial asthma\tDisease\tD001249
1\t54\t60\tasthma\tDisease\tD001249
1\t70\t81\tunobtainium\tChemical\t-1
1\t34\t40\tasthma\tDisease\tD000002
`)

describe('readCorpus', () => {
  it('reads BioC and PubTator alike', () => {
    assert.equal(corpusOf('1|t|A\n1|a|B\n').documents.length, 1)
    assert.equal(corpusOf('<collection><document><id>1</id></document></collection>').documents.length, 1)
    assert.equal(corpusOf('[{"id": "1", "passages": []}]').documents.length, 1)
  })

  it('refuses a file without documents and says why', () => {
    assert.throws(() => corpusOf('hello'), { code: 'corpus-empty', message: /"hello".*PubTator/ })
    assert.throws(() => corpusOf('[]'), { code: 'corpus-empty' })
    assert.throws(() => corpusOf(''), { code: 'corpus-empty' })
  })

  it('knows the groups of types and TUIs', () => {
    const corpus = corpusOf('1|t|ab\n1|a|\n1\t0\t1\ta\tT116,T123\tC0000001\n1\t1\t2\tb\tDisease\tD000001\n')
    assert.deepEqual(
      corpus.documents[0]?.mentions[0]?.map(({ groups }) => groups),
      [['CHEM'], ['DISO']],
    )
  })
})

describe('evaluateCorpus: disambiguation', () => {
  it('counts every mention with an id, nested and repeated ones too', async () => {
    const report = await evaluate(CORPUS, 'disambiguation')
    assert.equal(report.n, 7)
    assert.equal(report.nWithoutId, 1)
    assert.equal(report.nInKb, 6)
    // Right: Lithium, asthma, Nephropathy by one of its parts, bronchial asthma, the asthma in it.
    assert.equal(report.accuracyAt1, 5 / 7)
    assert.equal(report.accuracyAt1InKb, 5 / 6)
    assert.equal(report.recallAt?.['1'], 5 / 7)
    assert.equal(report.gainOverRetrieval, 0)
    assert.equal(report.nComposite, 1)
    assert.equal(report.nMerged, 1)
    assert.equal(report.wordsPerSecond, 12)
    assert.equal(report.detection, undefined)
  })

  it('tells the recall of the layers that the pipeline has', async () => {
    const corpus = corpusOf(
      '1|t|kidney disease and asthma\n1|a|\n1\t0\t14\tkidney disease\tDisease\tD007674\n1\t19\t25\tasthma\tDisease\tD001249\n',
    )
    const recallWith = async (candidates: Partial<Pipeline['candidates']>) => {
      const pipeline = { ...defaultPipeline, candidates: { ...defaultPipeline.candidates, ...candidates } }
      return (await evaluate(corpus, 'disambiguation', { pipeline })).recallAt
    }
    assert.equal((await recallWith({ layers: [{ kind: 'fused' }] }))?.['64'], 1)
    // No name is "kidney disease" letter by letter.
    assert.equal((await recallWith({ layers: [{ kind: 'exact' }] }))?.['64'], 1 / 2)
    const last = { kind: 'fused', ifFewerThan: 1 } as const
    assert.equal((await recallWith({ layers: [{ kind: 'exact' }, last] }))?.['64'], 1)
  })

  it('tells why answers are wrong, and shows the surest of each cause', async () => {
    const corpus = corpusOf(
      [
        '1|t|kidney disease and asthma and lithium',
        '1|a|',
        // What the name says is another concept; one that the knowledge base lacks; one that no name leads to.
        '1\t0\t14\tkidney disease\tDisease\tD008094',
        '1\t19\t25\tasthma\tDisease\tD777777',
        '1\t30\t37\tlithium\tDisease\tD001249',
        '',
      ].join('\n'),
    )
    const { mistakes = [] } = await evaluate(corpus, 'disambiguation', { nExamples: 2 })
    assert.deepEqual(
      mistakes.map(({ cause, n, examples }) => [cause, n, examples.map(({ text, gold }) => [text, ...gold])]),
      [
        ['unknown', 1, [['asthma', 'MESH:D777777']]],
        [
          'not-retrieved',
          2,
          [
            ['lithium', 'MESH:D001249'],
            ['kidney disease', 'MESH:D008094'],
          ],
        ],
        ['not-read', 0, []],
        ['ranked-below', 0, []],
      ],
    )
    const silent = await evaluate(corpus, 'disambiguation')
    assert.deepEqual(
      silent.mistakes?.map(({ n }) => n),
      [1, 2, 0, 0],
    )
    assert.ok(silent.mistakes.every(({ examples }) => examples.length === 0))
  })

  it('splits by what training corpora have: surface forms, forms with their concept, concepts', async () => {
    const training = ['9|t|ASTHMA and wheezing', '9|a|', '9\t0\t6\tASTHMA\tDisease\tD777777']
    const seen = [corpusOf([...training, '9\t11\t19\twheezing\tDisease\tD001249', ''].join('\n'))]
    const corpus = ['1|t|asthma and Wheezing and lithium', '1|a|', '1\t0\t6\tasthma\tDisease\tD001249']
    corpus.push('1\t11\t19\tWheezing\tDisease\tD001249|D999999', '1\t24\t31\tlithium\tChemical\tD008094', '')
    const { strata } = await evaluate(corpusOf(corpus.join('\n')), 'disambiguation', { seen })
    assert.deepEqual(
      Object.entries(strata ?? {}).map(([what, parts]) => [what, parts.seen.n, parts.unseen.n]),
      [
        ['forms', 2, 1],
        // "asthma" was seen, but as another concept.
        ['pairs', 1, 2],
        ['concepts', 2, 1],
      ],
    )
    assert.equal(strata?.pairs.unseen.accuracyAt1, 1)
  })

  it('counts an id that several concepts claim, any of which is right', async () => {
    const knowledgeBase = knowledgeBaseOf([
      { id: 'A:1', names: ['asthma'], xrefs: ['MESH:D001249'] },
      { id: 'A:2', names: ['wheezing'], xrefs: ['MESH:D001249'] },
    ])
    const report = await evaluate(
      corpusOf('1|t|wheezing\n1|a|\n1\t0\t8\twheezing\tDisease\tD001249\n'),
      'disambiguation',
      { knowledgeBase },
    )
    assert.equal(report.nAmbiguous, 1)
    assert.equal(report.accuracyAt1, 1)
  })
})

describe('calibration of "none of these"', () => {
  it('is right where retrieval missed the concept, since it speaks of the candidates', async () => {
    const missed = corpusOf('1|t|Xyzzy\n1|a|\n1\t0\t5\tXyzzy\tDisease\tD001249\n')
    const report = await evaluate(missed, 'disambiguation')
    assert.equal(report.nInKb, 1)
    assert.equal(report.accuracyAt1, 0)
    assert.equal(report.calibrationError, 0)
  })
})

describe('evaluateCorpus: detection and end-to-end', () => {
  const gold = corpusOf(`1|t|Lithium and bronchial asthma
1|a|A nephropathy of lithium.
1\t0\t7\tLithium\tChemical\tD008094
1\t22\t28\tasthma\tDisease\tD001249
1\t31\t42\tnephropathy\tDisease\tD001249
`)

  it('asks for spans and groups', async () => {
    const { detection, n, accuracyAt1 } = await evaluate(gold, 'detection')
    assert.equal(n, 3)
    assert.equal(accuracyAt1, undefined)
    // Found: Lithium, bronchial asthma (overlaps), nephropathy, and lithium, which is not in the gold standard.
    assert.equal(detection?.strict.precision, 2 / 4)
    assert.equal(detection.strict.recall, 2 / 3)
    assert.ok(Math.abs(detection.strict.f1 - 4 / 7) < 1e-12)
    assert.equal(detection.relaxed.recall, 1)
    assert.equal(detection.byType['CHEM']?.precision, 1 / 2)
    assert.equal(detection.byLength['2']?.precision, 0)
  })

  it('leaves other groups out', async () => {
    const { detection, n } = await evaluate(gold, 'detection', { types: ['DISO'] })
    assert.equal(n, 2)
    assert.equal(detection?.strict.precision, 1 / 2)
    assert.deepEqual(Object.keys(detection.byType), ['DISO'])
  })

  it('asks for the concept end to end', async () => {
    const { endToEnd } = await evaluate(gold, 'end-to-end')
    assert.ok(endToEnd)
    assert.equal(endToEnd.strict.recall, 1 / 3)
    assert.equal(endToEnd.relaxed.recall, 2 / 3)
  })
})

describe('comparisonText', () => {
  it('has a column for each pipeline, and rows that any of them has figures for', async () => {
    const report = await evaluate(CORPUS, 'disambiguation')
    const text = comparisonText([
      { ...report, pipeline: 'default' },
      { ...report, pipeline: 'here/exact.yaml', recallAt: { '10': 0.25, '64': 0.5 } },
    ])
    assert.match(text, /default +exact\.yaml\n/)
    assert.match(text, /recall of retrieval @10 +71\.4 +25\.0\n/)
    assert.match(text, /recall of retrieval @64 +71\.4 +50\.0\n/)
    assert.doesNotMatch(text, /F1|NaN|undefined/)
  })
})

describe('reportText', () => {
  it('reads well for every task', async () => {
    for (const task of ['disambiguation', 'detection', 'end-to-end'] as const) {
      const text = reportText(await evaluate(joinCorpora([CORPUS, CORPUS]), task, { seen: [CORPUS] }))
      assert.match(text, /^test \+ test: /)
      assert.doesNotMatch(text, /NaN|undefined|Infinity/)
    }
  })
})
