import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { UmlsParams } from '../../src/protocol/index.ts'
import { createRemoteDefinitions, type Messages, type RemoteDefinitions } from '../../src/server/index.ts'
import { serveAnswers, type LoopbackServer } from '../support/loopbackServer.ts'
import { openEditor, type Editor } from './editor.ts'
import { PAPER } from './paper.ts'

const quiet: Messages = {
  ...{ error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined },
  show: () => undefined,
}

describe('definitions from the UMLS in the server', () => {
  let folder: string
  let server: LoopbackServer
  let definitions: RemoteDefinitions
  let editor: Editor | undefined

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'conceptlens-definitions-'))
    server = await serveAnswers((response) => {
      const result = [{ classType: 'Definition', rootSource: 'NCI', value: 'A *chronic* disease.' }]
      response.end(JSON.stringify({ pageSize: 25, pageNumber: 1, pageCount: 1, result }))
    })
    definitions = createRemoteDefinitions(quiet, {}, `${server.url}/rest`)
  })

  afterEach(async () => {
    await editor?.dispose()
    editor = undefined
    await definitions.close()
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const stored = (): UmlsParams => ({
    key: 'k',
    cacheFolder: folder,
    network: { noProxy: '127.0.0.1', strictSsl: true },
  })

  async function hover(text: string, word: string, isOn: boolean): Promise<string | undefined> {
    // The double stands for a server far away: the clock of the test must not overtake it.
    const patient: RemoteDefinitions = {
      ...definitions,
      of: async (cui) => answers.get(cui) ?? (answers.set(cui, await definitions.of(cui)), answers.get(cui)),
    }
    const answers = new Map<string, Awaited<ReturnType<RemoteDefinitions['of']>>>()
    editor = await openEditor({ definitions: patient, settings: { 'umls.definitions': isOn } })
    await editor.open(PAPER, text)
    await editor.settled(PAPER)
    await editor.hover(PAPER, word)
    for (let i = 0; i < 100 && answers.size === 0 && isOn; i += 1)
      await new Promise((resolve) => setTimeout(resolve, 5))
    return editor.hover(PAPER, word)
  }

  it('stand in the hover of a concept that the knowledge base does not define', async () => {
    definitions.configure(stored())
    assert.match(
      (await hover('Severe asthma.', 'asthma', true)) ?? '',
      /> A \\\*chronic\\\* disease\\?\. — \*NCI\*/,
    )
    assert.deepEqual(
      server.seen.map(({ path }) => path),
      ['/rest/content/current/CUI/C0004096/definitions?apiKey=k'],
    )
  })

  it('are not asked for while the setting is off', async () => {
    definitions.configure(stored())
    assert.doesNotMatch((await hover('Severe asthma.', 'asthma', false)) ?? '', /chronic/)
    assert.equal(server.seen.length, 0)
  })

  it('are not asked for without a key, or when it was forgotten', async () => {
    assert.equal(await definitions.of('C0004096'), undefined)
    definitions.configure(stored())
    const { cacheFolder, network } = stored()
    definitions.configure({ cacheFolder, network })
    assert.doesNotMatch((await hover('Severe asthma.', 'asthma', true)) ?? '', /chronic/)
    assert.equal(server.seen.length, 0)
  })

  it('are not asked for where the knowledge base has one, or the id is no CUI', async () => {
    definitions.configure(stored())
    await hover('A cold.', 'cold', true)
    await editor?.dispose()
    await hover('Metformin.', 'Metformin', true)
    assert.equal(server.seen.length, 0)
  })

  it('take the key of the environment where the editor stores none', async () => {
    const environment = { CONCEPTLENS_UTS_KEY: 'from the environment' }
    const others = createRemoteDefinitions(quiet, environment, `${server.url}/rest`)
    const { cacheFolder, network } = stored()
    others.configure({ cacheFolder, network })
    assert.equal((await others.of('C0004096'))?.length, 1)
    assert.match(server.seen[0]?.path ?? '', /apiKey=from%20the%20environment$/)
    await others.close()
  })
})
