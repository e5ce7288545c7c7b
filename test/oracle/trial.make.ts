/**
 * Makes `src/inference/trial/pairs.json`: what a trial asks of every provider. The passages of the sample manuscript with
 * the most mentions, with the candidates that linking to the starter knowledge base has the model read.
 * After `npm run build`: `npx tsx test/oracle/trial.make.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createManuscriptParser } from '../../src/document/index.ts'
import { createEngine, type Engine, type MentionToScore } from '../../src/inference/index.ts'
import { openKnowledgeBase, openNameVectors } from '../../src/knowledge/index.ts'
import { createLinker } from '../../src/linking/index.ts'
import { defaultPipeline } from '../support/pipeline.ts'

const PASSAGES = 3
const MENTIONS = 8
const CANDIDATES = 6
const file = 'media/sample/manuscript.md'

const quiet = { error() {}, warn() {}, info() {}, debug() {} }
const engine = await createEngine({
  modelDir: 'models/linker',
  engineScript: 'dist/engine.cjs',
  logger: quiet,
})
const asked: { text: string; mentions: readonly MentionToScore[] }[] = []
const spy: Engine = {
  ...engine,
  async score(text, mentions, token) {
    asked.push({ text, mentions })
    return engine.score(text, mentions, token)
  },
}
const knowledgeBase = openKnowledgeBase('dist/starter-kb', { vectors: openNameVectors('models/names') })
const linker = createLinker({ knowledgeBase, engine: spy, logger: quiet }, defaultPipeline)
await linker.link(
  createManuscriptParser().parse({ file, text: readFileSync(file, 'utf8'), format: 'markdown' }),
)
await engine.dispose()

const passages = asked
  .map(({ text, mentions }) => ({ text, mentions: mentions.filter((one) => one.candidates.length >= 3) }))
  .toSorted((a, b) => b.mentions.length - a.mentions.length)
  .slice(0, PASSAGES)
  .map(({ text, mentions }) => ({ text, mentions: mentions.slice(0, MENTIONS).map(shortened) }))
const { features } = engine.info
writeFileSync('src/inference/trial/pairs.json', `${JSON.stringify({ features, passages }, undefined, 1)}\n`)
const nPairs = passages.flatMap(({ mentions }) => mentions).flatMap((one) => one.candidates).length
process.stdout.write(`${passages.length} passages, ${nPairs} pairs\n`)

function shortened({ span, mentionText, candidates }: MentionToScore): MentionToScore {
  const rounded = (value: number): number => Math.round(value * 1e4) / 1e4
  return {
    span,
    mentionText,
    candidates: candidates
      .slice(0, CANDIDATES)
      .map((one) => ({ ...one, features: one.features.map(rounded) })),
  }
}
