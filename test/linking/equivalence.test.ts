import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { parseManuscript } from '../../src/document/index.ts'
import { createLinker } from '../../src/linking/index.ts'
import type { LinkerParts } from '../../src/linking/index.ts'
import { fakeEngine } from '../support/engine.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'
import { pipelineWith } from '../support/pipeline.ts'
import type { PipelineChanges } from '../support/pipeline.ts'

/**
 * What the linker made of some passages at commit 10bfb5c, before its stages stood behind ports: written there by this
 * test with `UPDATE=1`. It is not to be renewed: it says that pipelines link as the program did before it had any.
 */
const ORACLE = join(import.meta.dirname, '../oracle/before-stages.json')

const knowledgeBase = knowledgeBaseOf([
  { id: 'T:1', names: ['Common Cold', { text: 'cold', count: 4 }], groups: ['DISO'], types: ['T047'] },
  { id: 'T:2', names: ['Cold Temperature', { text: 'cold', count: 1 }], groups: ['PHEN'], types: ['T070'] },
  { id: 'T:3', names: ['heart failure', 'cardiac failure', 'HF'], groups: ['DISO'], types: ['T047'] },
  { id: 'T:4', names: ['asthma', 'bronchial asthma'], groups: ['DISO'], types: ['T047'] },
  { id: 'T:5', names: ['patient'], groups: ['LIVB'] },
  { id: 'T:6', names: ['WAS', 'WASP'], groups: ['GENE'], types: ['T028'] },
  { id: 'T:7', names: ['aspirin', 'acetylsalicylic acid'], groups: ['CHEM'], types: ['T121'] },
  { id: 'T:8', names: ['blood pressure', 'BP'], groups: ['PHYS'] },
  { id: 'T:9', names: ['congestive heart failure'], groups: ['DISO'], types: ['T047'] },
  { id: 'T:10', names: ['failure'], groups: ['CONC'] },
])

const TEXT = `# Asthma and *heart* failure

Patients with congestive heart failure (CHF) had a cold, and their blood pressure (BP) fell. It was CHF, not bronchial asthmas.

Acetylsalicylic acid (aspirin) was given in the cold room to 12 patients; WAS and WASP were wild-type. BP rose.

- HF
- **cardiac** failure and cold
- low-dose aspirin in heart failures

The study group had no failure.
`

const tags = {
  cold: 'DISO',
  'heart failure': 'DISO',
  chf: 'DISO',
  'low-dose aspirin': 'CHEM',
  'wild-type': 'GENE',
  study: 'PROC',
}
const engine = () => fakeEngine({ tags })
const failing = () => fakeEngine({ tags, failure: new Error('no') })
const gliner = {
  info: { architecture: 'bi-span' as const, name: 'fake', fingerprint: 'fake', provider: 'cpu' },
  spans: (text: string) =>
    Promise.resolve(
      [...text.matchAll(/patients|cold room|group|heart/gi)].map((match) => ({
        start: match.index,
        end: match.index + match[0].length,
        label: 'thing',
        probability: 0.9 - match.index / 1000,
      })),
    ),
  dispose: () => Promise.resolve(),
}

const CONFIGURATIONS: Readonly<Record<string, readonly [PipelineChanges, (() => Partial<LinkerParts>)?]>> = {
  default: [{}, () => ({ engine: engine() })],
  'without a model': [{}],
  'a model that fails': [{}, () => ({ engine: failing() })],
  entities: [{ convention: 'entities', generalWords: 'show' }, () => ({ engine: engine() })],
  'both conventions, few candidates': [
    { convention: 'both', candidatesRanked: 2, kept: 3 },
    () => ({ engine: engine() }),
  ],
  'the tagger alone': [{ detection: 'tagger', mentionProbability: 0.4 }, () => ({ engine: engine() })],
  'the tagger alone, without a model': [{ detection: 'tagger' }],
  'the tagger alone, failing': [{ detection: 'tagger' }, () => ({ engine: failing() })],
  'the dictionary alone': [{ detection: 'dictionary', abbreviations: false }, () => ({ engine: engine() })],
  'some types': [{ types: ['DISO', 'T121'], together: false }, () => ({ engine: engine() })],
  'named types': [{ namedTypes: ['thing'] }, () => ({ engine: engine(), gliner })],
  'named types without a model': [{ namedTypes: ['thing'] }, () => ({ gliner })],
}

const logger = { error() {}, warn() {}, info() {}, debug() {} }

async function linksIn(changes: PipelineChanges, parts: Partial<LinkerParts>) {
  const linker = createLinker(
    { knowledgeBase, logger, pause: () => Promise.resolve(), ...parts },
    pipelineWith(changes),
  )
  const manuscript = parseManuscript({ file: 'paper.md', text: TEXT })
  const { passages } = await linker.link(manuscript)
  const given = manuscript.passages.map(({ text }) => [{ span: { start: 0, end: text.search(/\W|$/) } }])
  const links = [...passages, ...(await linker.link(manuscript, { given })).passages].flatMap(
    (passage) => passage.links,
  )
  const explained = await linker.explain(manuscript, 'paper.md', TEXT.indexOf('study'))
  return readRounded(
    JSON.stringify({
      links: links.map(({ mention, chosen, probability, chosenBy, candidates }) => {
        const list = candidates.map((one) => [one.id, one.matchedName, one.probability])
        return [mention, chosen, probability, chosenBy, list]
      }),
      steps: explained.steps.map(({ message }) => message),
    }),
  )
}

/** To nine digits: what is added up is added up in another order now. */
function readRounded(json: string): unknown {
  return JSON.parse(json, (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(9)) : value,
  )
}

describe('the linker before and after it had stages', () => {
  const known = new Map<string, unknown>()
  for (const [name, [changes, parts]] of Object.entries(CONFIGURATIONS))
    it(`gives the same: ${name}`, async () => {
      const found = await linksIn(changes, parts?.() ?? {})
      known.set(name, found)
      if (process.env.UPDATE) return
      const oracle = readRounded(readFileSync(ORACLE, 'utf8')) as Record<string, unknown>
      assert.deepEqual(found, oracle[name])
    })
  after(() => {
    if (process.env.UPDATE) writeFileSync(ORACLE, `${JSON.stringify(Object.fromEntries(known))}\n`)
  })
})
