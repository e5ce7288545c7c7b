import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createManuscriptParser, parseManuscript } from '../../src/document/index.ts'
import { createLinker } from '../../src/linking/index.ts'
import { dataFolder } from '../support/data.ts'
import { drawEdits, editedText } from '../support/edits.ts'
import { fakeEngine } from '../support/engine.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'
import { defaultPipeline } from '../support/pipeline.ts'

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
