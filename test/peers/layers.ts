/**
 * Recall of candidate layers: of the mentions of a corpus, whose text alone is looked up, how many have a right concept among the
 * first k. Each pipeline is a file or a preset; only its layers count. `README.md` beside it says how to run it.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { readCorpus } from '../../src/evaluation/index.ts'
import { goldResolver } from '../../src/evaluation/gold.ts'
import { openKnowledgeBase, openNameVectors } from '../../src/knowledge/index.ts'
import { candidatesOf, type CandidateLayer } from '../../src/linking/candidates/index.ts'
import { createStages } from '../../src/linking/stages.ts'
import { createPipelineFiles, isPreset, readPipeline, readPreset } from '../../src/pipeline/index.ts'

const DEPTHS = [1, 5, 10, 64]

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { corpus: { type: 'string' }, pipeline: { type: 'string', multiple: true } },
})
const [dir] = positionals
const { corpus: path, pipeline: names = ['default'] } = values
if (dir === undefined || path === undefined)
  throw new Error('Use: npx tsx test/peers/layers.ts KB --corpus FILE [--pipeline FILE_OR_PRESET…]')

const knowledgeBase = openKnowledgeBase(dir, { vectors: openNameVectors('models/names') })
const files = createPipelineFiles('media/pipelines')
const tell = (message: string): void => void process.stderr.write(`${message}\n`)
const logger = { error: tell, warn: tell, info() {}, debug() {} }
const resolved = goldResolver(knowledgeBase)
const bytes = readFileSync(path)
const corpus = readCorpus((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString(), path)
const mentions = corpus.documents
  .flatMap((document) => document.mentions.flat())
  .filter((mention) => resolved(mention).refs.size > 0)
process.stdout.write(`${mentions.length} mentions whose concept the knowledge base has\n`)
for (const name of names) await report(name)

async function report(name: string): Promise<void> {
  const layers = layersOf(name)
  const found = new Map<string, Promise<readonly number[]>>()
  const right = DEPTHS.map(() => 0)
  const startMs = process.cpuUsage().user / 1000
  for (const mention of mentions) {
    const list = found.get(mention.text) ?? look(layers, mention.text)
    found.set(mention.text, list)
    const { refs } = resolved(mention)
    const rank = (await list).findIndex((ref) => refs.has(ref))
    DEPTHS.forEach((depth, i) => {
      if (rank >= 0 && rank < depth) right[i] = (right[i] ?? 0) + 1
    })
  }
  const msEach = (process.cpuUsage().user / 1000 - startMs) / found.size
  const shares = DEPTHS.map((depth, i) => `@${depth} ${((right[i] ?? 0) / mentions.length).toFixed(4)}`)
  process.stdout.write(`${name}: recall ${shares.join(' ')}, ${msEach.toFixed(1)} ms a text\n`)
}

function layersOf(name: string): readonly CandidateLayer[] {
  const read = isPreset(name)
    ? { pipeline: readPreset(name, files), problems: [] }
    : readPipeline(resolve(name), readFileSync(name, 'utf8'), files)
  if (!read.pipeline) throw new Error(`${name}: ${read.problems.map(({ message }) => message).join(' ')}`)
  return createStages({ knowledgeBase, logger }, read.pipeline).layers
}

async function look(layers: readonly CandidateLayer[], text: string): Promise<readonly number[]> {
  const list = await candidatesOf(layers, { text, limit: 64 }, async (source, ...call) =>
    source.find(...call),
  )
  return list.map(({ concept }) => concept)
}
