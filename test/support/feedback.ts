import assert from 'node:assert/strict'
import type {
  KnowledgeBase,
  LanguageModel,
  LanguageModelUsage,
  Link,
  LinkedManuscript,
} from '../../src/core/index.ts'
import { createManuscriptParser } from '../../src/document/index.ts'
import { createLinker, type Linker, type RemoteLookUp } from '../../src/linking/index.ts'
import type { Pipeline } from '../../src/pipeline/index.ts'
import { fakeEngine } from './engine.ts'
import { knowledgeBaseOf } from './knowledgeBase.ts'
import { pipelineWith, type PipelineChanges } from './pipeline.ts'

/** Concepts, some of which no name of the text leads to. */
export const KB = knowledgeBaseOf([
  { id: 'H:1', names: ['Myocardial Infarction', { text: 'cardiac infarct', count: 3 }], groups: ['DISO'] },
  { id: 'H:2', names: ['Panic Attack'], groups: ['DISO'] },
  { id: 'H:3', names: ['Pneumonia', 'lung infection'], groups: ['DISO'] },
  { id: 'H:4', names: ['Seizure', 'fit'], groups: ['DISO'] },
  { id: 'H:5', names: ['Coronary Angiography'], groups: ['PROC'] },
])
/** Mentions with uncertain candidates, and one without any. */
export const TEXT = 'She had a coronary attack.\n\nThen zzyzx came, and an attack of coughing.\n'
const tags = { 'coronary attack': 'DISO', attack: 'DISO', zzyzx: 'DISO', cold: 'DISO' }
export const engine = fakeEngine({ tags, none: () => 3.5 })
/** What people were told. */
export const warnings: string[] = []
export const logger = {
  error() {},
  warn: (message: string) => void warnings.push(message),
  info() {},
  debug() {},
}
export const parse = (text = TEXT) => createManuscriptParser().parse({ file: 'a.md', text })

interface Given extends PipelineChanges {
  readonly candidates?: number
  readonly knowledgeBase?: KnowledgeBase
  readonly nowMs?: () => number
  readonly onUse?: (usage: LanguageModelUsage, ms: number) => void
  readonly layers?: Pipeline['candidates']['layers']
  readonly remote?: RemoteLookUp
}

/** A linker that asks about everything, and has three names written first, unless it is said otherwise. */
export function asking(model: LanguageModel, given: Given = {}): Linker {
  const { candidates, knowledgeBase = KB, nowMs, onUse, layers, remote, ...said } = given
  const pipeline = pipelineWith({
    ...{ asksLanguageModel: true, askedBelow: 1, askedAtMost: 100, askedFeedback: 3 },
    ...said,
  })
  const rerankers = pipeline.ranking.rerankers.map((one) =>
    one.kind === 'generative' && candidates !== undefined ? { ...one, candidates } : one,
  )
  return createLinker(
    {
      ...{ knowledgeBase, engine, logger, languageModel: { model, ...(onUse && { onUse }) } },
      ...(remote && { remote: () => remote }),
      ...(nowMs && { nowMs }),
    },
    {
      ...pipeline,
      ranking: { rerankers },
      candidates: { ...pipeline.candidates, ...(layers && { layers }) },
    },
  )
}

/** The link of a mention. */
export const linkOf = ({ passages }: LinkedManuscript, text: string): Link => {
  const found = passages.flatMap(({ links }) => links).find(({ mention }) => mention.text === text)
  assert.ok(found, `no link of ${text}`)
  return found
}
