import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import {
  biocToManuscript,
  layOut,
  offsetUnitOf,
  readBiocJson,
  readBiocXml,
  readPubtator,
  writeBiocJson,
  writeBiocXml,
  writePubtator,
  type BiocCollection,
  type ReadResult,
} from '../../src/formats/index.ts'
import { dataFolder } from '../support/data.ts'

/** Annotations that do not stand where these files say, counted once and looked at: a new one is a fault of ours. */
const KNOWN_MISFITS: Readonly<Record<string, number>> = {
  'other/BioID_Train_revision.pubtator.txt.gz': 1,
  'other/GNormPlus_Train.pubtator.txt.gz': 2,
  'other/NLMgene_Train.pubtator.txt.gz': 11,
  'other/tmVar3_Train.pubtator.txt.gz': 21,
  'belink/nlm-chemical.traindev.bioc.xml.gz': 1,
  'ncbi-disease/train.pubtator.txt.gz': 1,
}

const folder = join(dataFolder(), 'corpora')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /(pubtator\.txt|bioc\.xml)\.gz$/.test(file))
  .sort()

const isXml = (file: string): boolean => file.endsWith('.xml.gz')

function read(file: string): ReadResult<BiocCollection> {
  const text = gunzipSync(readFileSync(join(folder, file))).toString('utf8')
  return isXml(file) ? readBiocXml(text) : readPubtator(text)
}

describe('corpora', function () {
  this.timeout(120_000)

  it('are there', () => {
    assert.ok(files.filter(isXml).length >= 4, 'BioC XML')
    assert.ok(files.length >= 17, 'PubTator')
  })

  for (const file of files) {
    it(`${file}: every annotation becomes a mention at its place`, () => {
      const { value, problems } = read(file)
      assert.deepEqual(
        problems.filter(({ severity }) => severity === 'error'),
        [],
      )
      const unit = offsetUnitOf(value)
      assert.equal(unit, 'code-point')
      let nMisfits = 0
      for (const document of value.documents) {
        const { passages, problems: misfits } = layOut(document, unit)
        nMisfits += misfits.length
        const nPlaced = passages.reduce((sum, { mentions }) => sum + mentions.length, 0)
        const { manuscript, mentions, text } = biocToManuscript(document, unit, file)
        assert.equal(mentions.flat().length, nPlaced, document.id)
        for (const [i, passage] of manuscript.passages.entries()) {
          const { start, end } = passage.source
          assert.equal(text.slice(start, end), passage.text)
          for (const { span, text: surface } of mentions[i] ?? []) {
            assert.equal(passage.text.slice(span.start, span.end), surface)
          }
        }
      }
      assert.equal(nMisfits, KNOWN_MISFITS[file] ?? 0)
    })

    it(`${file}: reads back as it was written`, () => {
      const { value } = read(file)
      const xml = readBiocXml(writeBiocXml(value))
      // Sentences beside a text move up to it in the first writing; from then on nothing moves.
      if (!isXml(file)) assertSame(xml.value, value)
      assertSame(readBiocXml(writeBiocXml(xml.value)).value, xml.value)
      assertSame(readBiocJson(writeBiocJson(xml.value)).value, xml.value)
      const pubtator = readPubtator(writePubtator(value)).value
      assertSame(readPubtator(writePubtator(pubtator)).value, pubtator)
    })
  }
})

/** Compares document by document, so that a failure names one; deepEqual is slow, so it only tells the difference. */
function assertSame(found: BiocCollection, expected: BiocCollection): void {
  assert.equal(found.documents.length, expected.documents.length)
  for (const [i, document] of expected.documents.entries()) {
    if (JSON.stringify(found.documents[i]) !== JSON.stringify(document))
      assert.deepEqual(found.documents[i], document)
  }
}
