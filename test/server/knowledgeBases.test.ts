import assert from 'node:assert/strict'
import type { KnowledgeBase } from '../../src/core/index.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'
import { openEditor, type Editor } from './editor.ts'
import { PAPER } from './paper.ts'

/** A knowledge base of one concept called “asthma” that says when it is closed. */
function asthmaAs(id: string): KnowledgeBase & { readonly closed: () => boolean } {
  let closed = false
  const kb = knowledgeBaseOf([{ id, names: ['asthma'], groups: ['DISO'] }])
  const info = { ...kb.info, name: id, fingerprint: id }
  return { ...kb, info, close: () => void (closed = true), closed: () => closed }
}

describe('knowledge bases in the server', () => {
  let editor: Editor
  let knowledgeBases: Map<string, KnowledgeBase>
  const settings = (path: string) => ({ 'knowledgeBase.path': path, inlayHints: { show: 'all' } })

  async function openPaper(path: string): Promise<void> {
    editor = await openEditor({ knowledgeBases, settings: settings(path) })
    await editor.open(PAPER, 'A study of asthma.\n')
    await editor.settled(PAPER)
  }

  beforeEach(() => {
    knowledgeBases = new Map([
      ['/kb/a', asthmaAs('A:1')],
      ['/kb/b', asthmaAs('B:1')],
    ])
  })

  afterEach(() => editor.dispose())

  it('link again, without a restart, when another one is chosen', async () => {
    await openPaper('/kb/a')
    assert.deepEqual(await editor.hints(PAPER), ['asthma→A:1'])
    await editor.configure(settings('/kb/b'))
    await editor.settled(PAPER)
    assert.deepEqual(await editor.hints(PAPER), ['asthma→B:1'])
    assert.equal((await editor.request('conceptLens/info', {})).knowledgeBase?.name, 'B:1')
    await editor.configure(settings('/kb/a'))
    await editor.settled(PAPER)
    assert.deepEqual(await editor.hints(PAPER), ['asthma→A:1'])
    assert.equal((await editor.request('conceptLens/info', {})).knowledgeBase?.name, 'A:1')
  })

  it('are opened again when their folder was replaced, and the old ones closed in the end', async () => {
    const [first, second, third] = [asthmaAs('A:1'), asthmaAs('A:2'), asthmaAs('A:3')]
    knowledgeBases.set('/kb/a', first)
    await openPaper('/kb/a')
    for (const [next, hint] of [
      [second, 'asthma→A:2'],
      [third, 'asthma→A:3'],
    ] as const) {
      knowledgeBases.set('/kb/a', next)
      await editor.notify('conceptLens/knowledgeBaseChanged', { path: '/kb/a' })
      await editor.settled(PAPER)
      assert.deepEqual(await editor.hints(PAPER), [hint])
    }
    assert.deepEqual([first.closed(), second.closed(), third.closed()], [true, false, false])
  })

  it('fall back to the starter when their folder was removed', async () => {
    knowledgeBases.set('', asthmaAs('STARTER:1'))
    await openPaper('/kb/a')
    knowledgeBases.delete('/kb/a')
    await editor.notify('conceptLens/knowledgeBaseChanged', { path: '/kb/a' })
    await editor.settled(PAPER)
    assert.deepEqual(await editor.hints(PAPER), ['asthma→STARTER:1'])
    assert.match(editor.shown.join(), /no knowledge base at \/kb\/a.*starter knowledge base is used instead/)
  })

  it('answer together with the extra vocabularies that are named, without a restart', async () => {
    const lab = (id: string): KnowledgeBase => {
      const kb = knowledgeBaseOf([{ id, names: [{ text: 'cold', count: 4 }], groups: ['DISO'] }])
      return { ...kb, info: { ...kb.info, name: 'lab', fingerprint: id } }
    }
    const extras = new Map([['/lab.csv', lab('LAB:1')]])
    const withExtra = (...paths: string[]) => ({ ...settings('/kb/a'), 'knowledgeBase.extra': paths })
    editor = await openEditor({ knowledgeBases, extras, settings: withExtra() })
    await editor.open(PAPER, 'The cold is no asthma.\n')
    const hintsWith = async (...paths: string[]): Promise<string[]> => {
      await editor.configure(withExtra(...paths))
      await editor.settled(PAPER)
      return editor.hints(PAPER)
    }
    const alone = await hintsWith()
    assert.deepEqual(alone, ['asthma→A:1'])
    const together = ['cold→LAB:1', 'asthma→A:1']
    assert.deepEqual(await hintsWith('/lab.csv'), together)
    assert.equal((await editor.request('conceptLens/info', {})).knowledgeBase?.name, 'A:1 + lab')
    assert.deepEqual(await hintsWith('/lab.csv', '/gone.csv'), together)
    assert.equal(editor.shown.length, 1)
    assert.match(editor.shown.join(), /no extra vocabulary at \/gone.csv.*linked without it/)
    extras.set('/lab.csv', lab('LAB:2'))
    assert.deepEqual(await hintsWith('/lab.csv'), ['cold→LAB:2', 'asthma→A:1'])
    assert.deepEqual(await hintsWith(), alone)
  })

  it('are described, and what cannot be used says why', async () => {
    await openPaper('/kb/a')
    const described = await editor.request('conceptLens/knowledgeBases', { paths: ['/kb/b', '/kb/gone'] })
    assert.deepEqual(described, [
      { path: '/kb/b', name: 'B:1', version: '1', nConcepts: 1, nNames: 1, sizeBytes: 1, sources: [] },
      { path: '/kb/gone', problem: 'There is no knowledge base at /kb/gone.' },
    ])
  })
})
