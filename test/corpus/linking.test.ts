import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KnowledgeBase, LinkedManuscript } from '../../src/core/index.ts'
import { formatOf, parseManuscript } from '../../src/document/index.ts'
import { createLinker } from '../../src/linking/index.ts'
import type { Linker } from '../../src/linking/index.ts'
import { dataFolder } from '../support/data.ts'
import { defaultPipeline } from '../support/pipeline.ts'
import { starterKnowledgeBase } from '../support/starter.ts'

const quiet = { error: assert.fail, warn: assert.fail, info: () => undefined, debug: () => undefined }

describe('linking real manuscripts by names', function () {
  this.timeout(300_000)
  let knowledgeBase: KnowledgeBase
  let linker: Linker

  before(async () => {
    knowledgeBase = await starterKnowledgeBase()
    linker = createLinker({ knowledgeBase, logger: quiet }, defaultPipeline)
  })

  after(() => {
    knowledgeBase.close()
  })

  const folder = join(dataFolder(), 'manuscripts')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    ['markdown', 'latex'].includes(formatOf(name) ?? ''),
  )

  it('has manuscripts', () => assert.ok(files.length >= 20))

  for (const name of files) {
    it(`${name}: sound links, the same from the cache`, async () => {
      const manuscript = parseManuscript({ file: name, text: readFileSync(join(folder, name), 'utf8') })
      const linked = await linker.link(manuscript)
      checkLinks(linked, knowledgeBase)
      assert.deepEqual((await linker.link(manuscript)).passages, linked.passages)
    })
  }
})

/** What holds for every answer: spans sorted, apart and in the text; ids known; probabilities sound. */
function checkLinks({ manuscript, passages }: LinkedManuscript, knowledgeBase: KnowledgeBase): void {
  assert.equal(passages.length, manuscript.passages.length)
  for (const [i, { passage, links }] of passages.entries()) {
    assert.equal(passage, manuscript.passages[i])
    let end = 0
    for (const { mention, source, candidates, chosen, probability } of links) {
      const { span } = mention
      assert.ok(span.start >= end && span.start < span.end && span.end <= passage.text.length)
      assert.equal(passage.text.slice(span.start, span.end), mention.text)
      assert.equal(mention.text, mention.text.trim())
      assert.ok(passage.source.start <= source.start && source.end <= passage.source.end)
      assert.ok(probability >= 0 && probability <= 1)
      assert.ok(candidates.length <= defaultPipeline.candidates.kept)
      assert.ok(candidates.reduce((sum, one) => sum + one.probability, 0) <= 1 + 1e-9)
      if (chosen !== undefined) {
        assert.equal(knowledgeBase.resolve(chosen).length > 0, true, `${chosen} is unknown`)
        assert.ok(candidates.some(({ id }) => id === chosen))
      }
      end = span.end
    }
  }
}
