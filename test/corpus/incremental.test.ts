import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createManuscriptParser, parseManuscript } from '../../src/document/index.ts'
import type { KnowledgeBase, LinkedManuscript } from '../../src/core/index.ts'
import { createEngine, type Engine } from '../../src/inference/index.ts'
import { createLinker } from '../../src/linking/index.ts'
import { dataFolder } from '../support/data.ts'
import { drawEdits, editedText } from '../support/edits.ts'
import { fakeEngine } from '../support/engine.ts'
import { engineScript } from '../support/engineScript.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'
import { defaultPipeline } from '../support/pipeline.ts'
import { starterKnowledgeBase } from '../support/starter.ts'

const quiet = { error: assert.fail, warn: assert.fail, info: () => undefined, debug: () => undefined }

/** Chapters and papers of some length; edits of each. */
const MANUSCRIPTS = [
  ['greenelab+deep-review/content/02.intro.md', 700],
  ['greenelab+deep-review/content/05.treat.md', 500],
  ['greenelab+deep-review/content/08.methods.md', 900],
  ['greenelab+meta-review/content/02.main-text.md', 300],
  ['blab+mers-structure/mers-structure.tex', 300],
  ['blab+flu-forecasting/flu_forecasting.tex', 300],
] as const

/** Concepts with names that a text uses often; every third name means two, and some are part of others. */
function conceptsOf(text: string) {
  const counts = new Map<string, number>()
  for (const [word] of text.toLowerCase().matchAll(/\b[a-z]{5,}\b/g))
    counts.set(word, (counts.get(word) ?? 0) + 1)
  const words = [...counts].sort((a, b) => b[1] - a[1]).map(([word]) => word)
  return words.slice(0, 60).map((word, i) => ({
    id: `T:${i}`,
    names: [word, i % 3 === 0 ? (words[i + 1] ?? word) : `${word} ${words[i + 2] ?? ''}`],
    groups: [i % 2 === 0 ? 'DISO' : 'CHEM'],
  }))
}

for (const [name, nEdits] of MANUSCRIPTS) {
  const original = readFileSync(join(dataFolder(), 'manuscripts', name), 'utf8')
  const format = name.endsWith('.md') ? ('markdown' as const) : ('latex' as const)

  describe(`${name}: ${nEdits} edits`, function () {
    this.timeout(600_000)

    it('parsed and linked after each edit as from scratch', async () => {
      const concepts = conceptsOf(original)
      const knowledgeBase = knowledgeBaseOf(concepts)
      const tags = Object.fromEntries(
        concepts.slice(0, 30).map(({ names, groups }) => [names[0] ?? '', groups[0] ?? '']),
      )
      const engine = fakeEngine({ tags, none: () => 0.5 })
      const parts = { knowledgeBase, engine, logger: quiet }
      const kept = createLinker(parts, defaultPipeline)
      const forgetful = createLinker({ ...parts, cachedPassages: 0 }, defaultPipeline)
      const parser = createManuscriptParser()
      const edited = editedText(original)
      for (const [i, drawn] of drawEdits(format, 20261129, nEdits).entries()) {
        edited.apply(drawn)
        const { text } = edited
        const manuscript = parser.parse({ file: name, text })
        const fresh = parseManuscript({ file: name, text })
        const where = `edit ${i}: ${JSON.stringify(drawn)}`
        assert.deepEqual(manuscript, fresh, where)
        // Linking from scratch takes longer than parsing: one edit in three, or every one would take an hour.
        const linked = await kept.link(manuscript)
        if (i % 3 === 0) assert.deepEqual(linked, await forgetful.link(fresh), where)
      }
    })
  })
}

describe('with the model and the knowledge base that ship', function () {
  this.timeout(600_000)
  const NAME = 'greenelab+deep-review/content/08.methods.md'
  const original = readFileSync(join(dataFolder(), 'manuscripts', NAME), 'utf8')
  let knowledgeBase: KnowledgeBase
  let engines: readonly Engine[]

  before(async () => {
    knowledgeBase = await starterKnowledgeBase()
    const modelDir = join(import.meta.dirname, '../../models/linker')
    // Each has an engine of its own: what one has read must not help the other.
    engines = await Promise.all(
      [1, 2].map(() => createEngine({ modelDir, engineScript: engineScript(), logger: quiet })),
    )
  })
  after(async () => {
    await Promise.all(engines.map((engine) => engine.dispose()))
    knowledgeBase.close()
  })

  it('links after each of 15 edits are those of the text from scratch', async () => {
    const [kept, forgetful] = engines.map((engine, i) =>
      createLinker(
        { knowledgeBase, engine, logger: quiet, ...(i === 1 && { cachedPassages: 0 }) },
        defaultPipeline,
      ),
    )
    const parser = createManuscriptParser()
    const edited = editedText(original)
    for (const [i, drawn] of drawEdits('markdown', 20261130, 15).entries()) {
      edited.apply(drawn)
      const { text } = edited
      const linked = await kept!.link(parser.parse({ file: NAME, text }))
      const fresh = await forgetful!.link(parseManuscript({ file: NAME, text }))
      const where = `edit ${i}: ${JSON.stringify(drawn)}`
      assert.deepEqual(said(linked), said(fresh), where)
      // Sums in fp32 may differ in their last digits with how candidates share a run.
      const differences = probabilities(linked).map((p, j) => Math.abs(p - probabilities(fresh)[j]!))
      assert.ok(Math.max(0, ...differences) < 1e-4, where)
    }
  })
})

const said = ({ passages }: LinkedManuscript) =>
  passages.map(({ links }) =>
    links.map(({ source, chosen, candidates }) => ({ source, chosen, ids: candidates.map(({ id }) => id) })),
  )

const probabilities = ({ passages }: LinkedManuscript): number[] =>
  passages.flatMap(({ links }) => links.map(({ probability }) => probability))
