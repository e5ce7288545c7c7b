import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { linkedToBioc, writeBiocJson, writeBiocXml, type BiocCollection } from '../../src/formats/index.ts'
import { collection as anyCollection } from '../formats/arbitraries.ts'
import { provideDebianTool, pythonWith, runTool } from '../support/externalTools.ts'
import { linkedManuscript } from '../support/linked.ts'

const DTD = resolve(import.meta.dirname, '../fixtures/BioC.dtd')

/** Loads XML and JSON with the package's own readers and runs its validator; prints how many annotations it saw. */
const VALIDATE = `
import sys
from bioc import biocxml, biocjson, validator
n = 0
for path in sys.argv[1:]:
    with open(path, encoding="utf8") as file:
        collection = (biocxml if path.endswith(".xml") else biocjson).load(file)
    validator.validate(collection)
    for document in collection.documents:
        for passage in document.passages:
            n += len(passage.annotations) + sum(len(s.annotations) for s in passage.sentences)
print(n)
`

const PAPER = linkedManuscript('paper.md', [
  '{MESH:C000723749:𝛼-synuclein} in {MESH:D010300:Parkinson’s disease}',
  'Controls \u0001\ufffe and a {:study} of cafe\u0301 workers 🧬 with {MESH:D003924:type 2 diabetes} <&> ]]>',
])

/** Collections with everything the writers can write. */
const samples: readonly BiocCollection[] = [
  linkedToBioc([PAPER, linkedManuscript('empty.md', [])], { includeUnlinked: true }).collection,
  linkedToBioc(PAPER, { profile: 'pubtator3' }).collection,
  linkedToBioc(PAPER, { profile: 'entitytools' }).collection,
  ...fc.sample(anyCollection, { seed: 4, numRuns: 60 }).filter(({ documents }) => documents.length > 0),
]

/** What the validator of bioc 2.1 can judge: code points, no empty sentence, no second passage of sentences (it misplaces those). */
const judged = samples.filter(
  ({ infons, documents }) =>
    infons['offset_unit'] === 'code-point' &&
    documents.every(({ passages }) =>
      passages.every(
        ({ sentences }, i) =>
          sentences.length === 0 || (i === 0 && sentences.every(({ text }) => text !== '')),
      ),
    ),
)

describe('BioC as others read it', function () {
  this.timeout(300_000)
  let folder = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'conceptlens-bioc-'))
    for (const [i, sample] of samples.entries()) {
      writeFileSync(join(folder, `${i}.xml`), writeBiocXml(sample))
      writeFileSync(join(folder, `${i}.json`), writeBiocJson(sample))
    }
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const files = (ending: string, some = samples): string[] =>
    some.map((sample) => join(folder, `${samples.indexOf(sample)}.${ending}`))

  it('xmllint validates the XML against the DTD', () => {
    provideDebianTool('xmllint', 'libxml2-utils')
    assert.ok(samples.length > 10)
    runTool('xmllint', ['--noout', '--nonet', '--dtdvalid', DTD, ...files('xml')], {
      mend: 'apt-get install -y libxml2-utils',
    })
  })

  for (const ending of ['xml', 'json']) {
    it(`the Python package bioc reads and validates the ${ending.toUpperCase()}`, () => {
      const python = pythonWith('bioc==2.1')
      const mend = 'apt-get install -y python3 python3-venv'
      const nSeen = Number(runTool(python, ['-c', VALIDATE, ...files(ending, judged)], { mend }))
      const passages = judged.flatMap(({ documents }) => documents.flatMap((document) => document.passages))
      const nWritten = passages.flatMap((p) => [
        ...p.annotations,
        ...p.sentences.flatMap((s) => s.annotations),
      ]).length
      assert.ok(judged.length > 5)
      assert.equal(nSeen, nWritten)
    })
  }
})
