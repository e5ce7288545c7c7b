import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { BIOC_PROFILES, OFFSET_UNITS } from '../../src/formats/index.ts'
import { providerNames } from '../../src/inference/index.ts'
import { generativeOf, withOverrides } from '../../src/pipeline/index.ts'
import {
  CLIENT_COMMANDS,
  configurationBlock,
  DEFAULT_SETTINGS,
  readSettings,
  RESTRICTED_SETTINGS,
  SETTINGS,
  settingsPage,
} from '../../src/protocol/index.ts'
import { defaultPipeline } from '../support/pipeline.ts'

const MANIFEST = new URL('../../package.json', import.meta.url)
const PAGE = new URL('../../media/manual/settings.md', import.meta.url)

interface Manifest {
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } }
  contributes: { configuration: unknown; commands: { command: string }[] }
}

function readManifest(): Manifest {
  return JSON.parse(readFileSync(MANIFEST, 'utf8')) as Manifest
}

/** `UPDATE=1 npx mocha --no-package --import=tsx test/protocol/settings.test.ts` writes what is derived from the table anew. */
function update(): void {
  const manifest = readManifest()
  manifest.contributes.configuration = configurationBlock()
  manifest.capabilities.untrustedWorkspaces.restrictedConfigurations = [...RESTRICTED_SETTINGS]
  writeFileSync(MANIFEST, JSON.stringify(manifest, null, 2) + '\n')
  writeFileSync(PAGE, settingsPage())
}

describe('settings', () => {
  before(() => {
    if (process.env.UPDATE === '1') update()
  })

  it('package.json says what the table says', () => {
    const hint =
      'package.json is stale: UPDATE=1 npx mocha --no-package --import=tsx test/protocol/settings.test.ts'
    const manifest = readManifest()
    assert.deepEqual(manifest.contributes.configuration, configurationBlock(), hint)
    assert.deepEqual(
      manifest.capabilities.untrustedWorkspaces.restrictedConfigurations,
      RESTRICTED_SETTINGS,
      hint,
    )
  })

  it('the page of the manual says what the table says', () => {
    const hint =
      'media/manual/settings.md is stale: UPDATE=1 npx mocha --no-package --import=tsx test/protocol/settings.test.ts'
    assert.equal(readFileSync(PAGE, 'utf8'), settingsPage(), hint)
  })

  it('package.json contributes every command of the client and no other', () => {
    const contributed = readManifest().contributes.commands.map(({ command }) => command)
    assert.deepEqual(contributed.toSorted(), Object.values(CLIENT_COMMANDS).toSorted())
  })

  it('every path and process setting is withheld from untrusted workspaces', () => {
    for (const key of ['knowledgeBase.path', 'knowledgeBase.extra', 'model.path', 'engine.provider']) {
      assert.ok(RESTRICTED_SETTINGS.includes(`conceptLens.${key}`), key)
    }
  })

  it('no workspace says to which machine text is sent', () => {
    const { properties } = configurationBlock()
    for (const key of ['server', 'model', 'allowedHosts', 'timeout'])
      assert.equal(properties[`conceptLens.languageModel.${key}`]?.scope, 'machine', key)
  })

  it('are those of linking, where linking has them', () => {
    const { filters, mentions, ranking } = defaultPipeline
    const { minProbability, generalWords } = filters
    const { convention } = mentions
    assert.equal(DEFAULT_SETTINGS.minimumProbability, minProbability)
    for (const { candidates } of ranking.rerankers)
      assert.equal(DEFAULT_SETTINGS['candidates.ranked'], candidates)
    const asking = generativeOf(withOverrides(defaultPipeline, { asksLanguageModel: true }))
    assert.deepEqual(
      [asking?.ifBelow, asking?.atMost, asking?.orders, asking?.feedback],
      [
        DEFAULT_SETTINGS['generative.below'],
        DEFAULT_SETTINGS['generative.mostMentions'],
        DEFAULT_SETTINGS['generative.orders'],
        DEFAULT_SETTINGS['generative.feedback'],
      ],
    )
    assert.equal(DEFAULT_SETTINGS['mentions.convention'], convention)
    assert.equal(DEFAULT_SETTINGS.generalWords, generalWords)
  })

  it('name the values that formats and engines have', () => {
    const names = (key: 'bioc.offsetUnit' | 'bioc.profile' | 'engine.provider'): string[] =>
      Object.keys(SETTINGS[key].choices)
    assert.deepEqual(names('bioc.offsetUnit'), [...OFFSET_UNITS])
    assert.deepEqual(names('bioc.profile'), [...BIOC_PROFILES])
    assert.deepEqual(names('engine.provider'), [...providerNames])
  })

  it('every default is allowed', () => {
    assert.deepEqual(readSettings(DEFAULT_SETTINGS).problems, [])
  })

  it('reads nested and dotted keys', () => {
    assert.equal(readSettings({ inlayHints: { show: 'all' } }).settings['inlayHints.show'], 'all')
    assert.equal(readSettings({ 'inlayHints.show': 'off' }).settings['inlayHints.show'], 'off')
    assert.equal(readSettings(undefined).settings['inlayHints.show'], 'first')
  })

  it('says what is wrong with a value and uses the default', () => {
    const { settings, problems } = readSettings({ minimumProbability: 1.5, enable: 'yes', languages: [1] })
    assert.deepEqual(settings, DEFAULT_SETTINGS)
    assert.deepEqual(
      problems.map(({ key }) => key),
      ['conceptLens.enable', 'conceptLens.languages', 'conceptLens.minimumProbability'],
    )
    assert.match(problems[2]?.message ?? '', /is 1\.5, but takes a number from 0 to 1\. 0\.5 is used/)
  })
})
