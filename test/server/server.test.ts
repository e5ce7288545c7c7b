import assert from 'node:assert/strict'
import { CancellationTokenSource, LSPErrorCodes, type CancellationToken } from 'vscode-languageserver/node'
import { ConceptLensError } from '../../src/core/index.ts'
import { fakeEngine } from '../support/engine.ts'
import { type Editor, editorsOfSuite } from './editor.ts'
import { FOLDER, PAPER, TEXT } from './paper.ts'

describe('language server', () => {
  let editor: Editor
  const { openEmpty, openPaper } = editorsOfSuite()
  const start = async (...how: Parameters<typeof openPaper>): Promise<Editor> =>
    (editor = await openPaper(...how))

  describe('hover', () => {
    it('tells name, id as a link, type, definition, parents, other candidates and actions', async () => {
      await start()
      const hover = (await editor.hover(PAPER, 'cold')) ?? ''
      for (const part of [
        '**Common Cold** · [C0009443](https://uts.nlm.nih.gov/uts/umls/concept/C0009443)',
        '*Disease or Syndrome*',
        '— *MSH*',
        '**Synonyms:** cold; acute coryza\n',
        '**In text:** the sniffles\n',
        '**Is a:** Bronchial Diseases',
        'Cold Temperature · [C0009264]',
        '(command:conceptLens.chooseConcept?',
        '(command:conceptLens.notConceptEverywhere?',
      ]) {
        assert.ok(hover.includes(part), `${part}\n${hover}`)
      }
    })

    it('shows texts of the knowledge base as they are, never as links', async () => {
      await start()
      const hover = (await editor.hover(PAPER, 'cold')) ?? ''
      assert.ok(hover.includes('A \\[catarrhal\\]\\(command\\:evil\\) disorder\\.'), hover)
    })

    it('is empty on words that are not linked', async () => {
      await start()
      assert.equal(await editor.hover(PAPER, 'bad'), undefined)
    })
  })

  describe('decisions', () => {
    const STORE = `${FOLDER}/.conceptlens/decisions.jsonl`

    it('choose another concept here, and are kept in the workspace folder', async () => {
      await start()
      await editor.fix(PAPER, 'cold', 'Link to Cold Temperature (C0009264) here')
      await editor.settled(PAPER)
      assert.equal((await editor.hints(PAPER))[0], 'cold→C0009264')
      assert.equal((await editor.hints(PAPER))[3], 'cold→C0009443')
      const line = JSON.parse(editor.files.get(STORE) ?? '') as Record<string, unknown>
      assert.equal(line.file, 'paper.md')
      assert.equal(line.id, 'UMLS:C0009264')
      assert.equal(line.exact, 'cold')
    })

    it('reject a word everywhere in the document, and can be undone', async () => {
      await start()
      await editor.fix(PAPER, 'cold', 'Not a concept everywhere in this document')
      await editor.settled(PAPER)
      assert.deepEqual(await editor.hints(PAPER), ['Asthma→C0004096', 'metformin→CHEBI:6801'])
      assert.match((await editor.hover(PAPER, 'cold')) ?? '', /Not a concept · your choice/)
      await editor.fix(PAPER, 'cold', 'Undo your decision')
      await editor.settled(PAPER)
      assert.equal((await editor.hints(PAPER)).length, 4)
      assert.equal(editor.files.get(STORE), '')
    })

    it('restore what they had replaced when undone', async () => {
      await start()
      await editor.fix(PAPER, 'cold', 'Link to Cold Temperature (C0009264) everywhere in this document')
      await editor.settled(PAPER)
      await editor.fix(PAPER, 'cold', 'Not a concept everywhere in this document')
      await editor.settled(PAPER)
      const { done } = await editor.request('conceptLens/undo', { uri: PAPER })
      assert.equal(done, true)
      await editor.settled(PAPER)
      assert.equal((await editor.hints(PAPER))[0], 'cold→C0009264')
    })

    it('choose among candidates that read as in the hover', async () => {
      await start()
      const list = await editor.request('conceptLens/candidates', {
        uri: PAPER,
        range: editor.rangeOf(PAPER, 'cold'),
      })
      assert.equal(list?.isMention, true)
      const hover = (await editor.hover(PAPER, 'cold')) ?? ''
      const [first] = list.items
      assert.equal(first?.id, list.chosen)
      assert.equal(`UMLS:${first?.shownId}`, first?.id)
      assert.ok(hover.includes(first?.probability ?? 'none'), `${first?.probability} in ${hover}`)
    })

    it('link a selection that is no mention', async () => {
      await start({}, 'They came with wheezing.\n')
      const range = editor.rangeOf(PAPER, 'wheezing')
      const list = await editor.request('conceptLens/candidates', { uri: PAPER, range })
      assert.equal(list?.isMention, false)
      const titles = (await editor.actions(PAPER, 'wheezing', true)).map(({ title }) => title)
      assert.deepEqual(titles, ['Link the selection…'])
      await editor.request('conceptLens/decide', { uri: PAPER, range, id: 'UMLS:C0004096', scope: 'here' })
      await editor.settled(PAPER)
      assert.deepEqual(await editor.hints(PAPER), ['wheezing→C0004096'])
    })

    it('hold in the next session', async () => {
      await start()
      await editor.fix(PAPER, 'cold', 'Not a concept here')
      await start({ files: Object.fromEntries(editor.files) })
      assert.equal((await editor.hints(PAPER))[0], 'Asthma→C0004096')
    })

    it('report a damaged line with its number, and never lose it', async () => {
      const damaged = '{"file": "paper.md", "scope": "here"'
      await start({ files: { [STORE]: `${damaged}\n` } })
      assert.equal(editor.shown.length, 1)
      assert.match(editor.shown[0] ?? '', /decisions\.jsonl: Line 1 .* no JSON/)
      await editor.fix(PAPER, 'cold', 'Not a concept here')
      const lines = (editor.files.get(STORE) ?? '').trimEnd().split('\n')
      assert.equal(lines.length, 2)
      assert.ok(lines.includes(damaged))
    })

    it('say why when they cannot be written, and change nothing', async () => {
      await start()
      editor.writable.value = false
      await assert.rejects(
        editor.fix(PAPER, 'cold', 'Not a concept here'),
        /could not be written to .*no space left/,
      )
      assert.equal((await editor.hints(PAPER)).length, 4)
    })

    it('of a co-author take effect when their file changes', async () => {
      await start()
      await editor.fix(PAPER, 'cold', 'Link to Cold Temperature (C0009264) everywhere in this document')
      await editor.settled(PAPER)
      editor.files.set(STORE, (editor.files.get(STORE) ?? '').replace('"cold"', '"asthma"'))
      await editor.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: STORE, type: 2 }] })
      await editor.settled(PAPER)
      assert.deepEqual((await editor.hints(PAPER)).slice(0, 2), ['cold→C0009443', 'Asthma→C0009264'])
    })

    it('are kept in the innermost workspace folder, or beside a document outside of all', async () => {
      await start({ folders: [FOLDER, `${FOLDER}/inner`] })
      for (const folder of [`${FOLDER}/inner`, 'file:///elsewhere']) {
        await editor.open(`${folder}/a.md`, TEXT)
        await editor.settled(`${folder}/a.md`)
        await editor.fix(`${folder}/a.md`, 'cold', 'Not a concept here')
        assert.match(editor.files.get(`${folder}/.conceptlens/decisions.jsonl`) ?? '', /"file":"a\.md"/)
      }
    })

    it('offer to let git merge them', async () => {
      await start({ files: { [`${FOLDER}/.git/HEAD`]: '' } })
      await editor.fix(PAPER, 'cold', 'Not a concept here')
      const line = '.conceptlens/decisions.jsonl merge=union'
      assert.deepEqual(editor.offers, [{ file: `${FOLDER}/.gitattributes`, line }])
    })

    it('on an unsaved document go with it to the file that it is saved as', async () => {
      editor = await openEmpty()
      await editor.open('untitled:Untitled-1', TEXT)
      await editor.settled('untitled:Untitled-1')
      await editor.fix('untitled:Untitled-1', 'cold', 'Not a concept everywhere in this document')
      assert.equal(editor.files.size, 0)
      await editor.close('untitled:Untitled-1')
      await editor.open(PAPER, TEXT)
      await editor.settled(PAPER)
      assert.equal((await editor.hints(PAPER))[0], 'Asthma→C0004096')
      assert.match(editor.files.get(STORE) ?? '', /"file":"paper\.md"/)
    })
  })

  describe('questions', () => {
    it('why is this linked, and why not', async () => {
      await start()
      const linked = await editor.request('conceptLens/explain', {
        uri: PAPER,
        position: editor.rangeOf(PAPER, 'metformin').start,
      })
      assert.equal(linked?.word, 'metformin')
      assert.equal(linked?.steps.at(-1)?.reason, 'linked')
      const not = await editor.request('conceptLens/explain', {
        uri: PAPER,
        position: editor.rangeOf(PAPER, 'bad').start,
      })
      assert.notEqual(not?.steps.at(-1)?.reason, 'linked')
    })

    it('search the knowledge base', async () => {
      await start()
      const found = await editor.request('conceptLens/search', { text: 'asth', limit: 3, uri: PAPER })
      assert.equal(found[0]?.id, 'UMLS:C0004096')
      assert.deepEqual(found[0]?.types, ['Disease or Syndrome'])
    })

    it('search by another name, by id, with a typing error', async () => {
      await start()
      const first = async (text: string) =>
        (await editor.request('conceptLens/search', { text, limit: 3, uri: PAPER }))[0]
      assert.deepEqual(await first('coryza ac'), {
        id: 'UMLS:C0009443',
        shownId: 'C0009443',
        name: 'Common Cold',
        types: ['Disease or Syndrome'],
        matched: 'acute coryza',
      })
      assert.equal((await first('c0009443'))?.name, 'Common Cold')
      assert.equal((await first('metfromin'))?.id, 'CHEBI:6801')
      assert.equal(await first('  '), undefined)
    })

    it('search no more for what a person has typed on from', async () => {
      await start()
      const typedOn = new CancellationTokenSource()
      const ask = (text: string, token?: CancellationToken) =>
        editor.request('conceptLens/search', { text, limit: 3, uri: PAPER }, token)
      const stale = assert.rejects(ask('asth', typedOn.token), { code: LSPErrorCodes.RequestCancelled })
      typedOn.cancel()
      const found = await ask('asthm')
      assert.equal(found[0]?.id, 'UMLS:C0004096')
      await stale
    })

    it('about documents that are not open have an answer', async () => {
      await start()
      const uri = `${FOLDER}/other.md`
      const range = editor.rangeOf(PAPER, 'cold')
      assert.equal(await editor.request('conceptLens/candidates', { uri, range }), null)
      assert.equal((await editor.request('conceptLens/decide', { uri, range, scope: 'here' })).done, false)
      await assert.rejects(editor.request('conceptLens/export', { uri, format: 'bioc-xml' }), /not open/)
    })
  })

  describe('export', () => {
    it('holds what the editor shows, saved or not', async () => {
      await start({ files: { [PAPER]: 'Something old.' } })
      await editor.edit(PAPER, 'Then metformin', 'Asthma then')
      const { content, nAnnotations, companions } = await editor.request('conceptLens/export', {
        uri: PAPER,
        format: 'bioc-xml',
      })
      assert.equal(nAnnotations, 5)
      assert.match(content, /<text>Asthma then, for the cold\.<\/text>/)
      assert.match(content, /<infon key="file">paper\.md<\/infon>/)
      assert.deepEqual(Object.keys(companions), ['bioc.key'])
    })
  })

  describe('link document', () => {
    it('links where linking is off', async () => {
      await start({ settings: { enable: false } })
      assert.deepEqual(await editor.hints(PAPER), [])
      const summary = await editor.request('conceptLens/linkDocument', { uri: PAPER })
      assert.deepEqual(summary, { nPassages: 2, nLinks: 5, nShown: 5, problems: [] })
      assert.equal((await editor.hints(PAPER)).length, 4)
    })

    it('can be cancelled, and leaves the server alive', async () => {
      const engine = fakeEngine()
      let answer = (): void => undefined
      const slow = new Promise<void>((resolve) => (answer = resolve))
      await start({
        settings: { enable: false },
        engine: { ...engine, analyse: (text, token) => slow.then(() => engine.analyse(text, token)) },
      })
      const source = new CancellationTokenSource()
      const linking = editor.request('conceptLens/linkDocument', { uri: PAPER }, source.token)
      await editor.request('conceptLens/info', {})
      source.cancel()
      await editor.request('conceptLens/info', {})
      answer()
      await assert.rejects(linking, /[Cc]ancel/)
      assert.ok((await editor.request('conceptLens/linkDocument', { uri: PAPER })).nPassages > 0)
    })

    it('takes in the files that LaTeX names, and tells of those that are missing', async () => {
      editor = await openEmpty({ files: { [`${FOLDER}/part.tex`]: 'Asthma again.' } })
      const uri = `${FOLDER}/main.tex`
      await editor.open(
        uri,
        '\\begin{document}\nA cold.\n\n\\input{part}\n\\input{lost}\n\\end{document}\n',
        'latex',
      )
      const { nLinks, problems } = await editor.request('conceptLens/linkDocument', { uri })
      assert.equal(nLinks, 2)
      assert.equal(problems.length, 1)
      assert.match(problems[0] ?? '', /lost/)
    })
  })

  describe('bad days', () => {
    it('without a model, links by names and says so once', async () => {
      const engine = new ConceptLensError('model-damaged', 'encoder.onnx is damaged.')
      await start({ broken: { engine } })
      assert.ok((await editor.hints(PAPER)).length > 0)
      assert.deepEqual(editor.shown.length, 1)
      assert.match(editor.shown[0] ?? '', /encoder\.onnx is damaged\. Concepts are linked without it/)
      assert.equal(editor.statuses.at(-1)?.server, 'limited')
    })

    it('without a knowledge base, links nothing and says so once', async () => {
      const knowledgeBase = new ConceptLensError('kb-damaged', 'names.bin is damaged.')
      await start({ broken: { knowledgeBase } })
      assert.deepEqual(await editor.hints(PAPER), [])
      assert.equal(editor.shown.length, 1)
      const uri = PAPER
      await assert.rejects(
        editor.request('conceptLens/export', { uri, format: 'bioc-xml' }),
        /could not be linked/,
      )
      const why = await editor.request('conceptLens/explain', { uri, position: { line: 0, character: 5 } })
      assert.match(why?.steps[0]?.message ?? '', /names\.bin is damaged/)
    })

    it('wrong settings are named and replaced by their defaults', async () => {
      await start({ settings: { minimumProbability: 7 } })
      assert.match(editor.shown[0] ?? '', /minimumProbability is 7, but takes a number from 0 to 1/)
      assert.equal((await editor.hints(PAPER)).length, 4)
    })

    it('empty and binary documents are linked to nothing', async () => {
      await start({}, '')
      await editor.open(`${FOLDER}/b.txt`, 'a\0\u0001\uFFFDb', 'plaintext')
      await editor.settled(`${FOLDER}/b.txt`)
      assert.deepEqual(await editor.hints(`${FOLDER}/b.txt`), [])
    })

    it('documents in other languages are left alone', async () => {
      await start()
      await editor.open(`${FOLDER}/code.py`, '# asthma', 'python')
      await editor.settled(`${FOLDER}/code.py`)
      assert.deepEqual(await editor.hints(`${FOLDER}/code.py`), [])
      await editor.open(`${FOLDER}/paper.qmd`, 'Asthma.', 'plaintext')
      await editor.settled(`${FOLDER}/paper.qmd`)
      assert.deepEqual(await editor.hints(`${FOLDER}/paper.qmd`), ['Asthma→C0004096'])
    })
  })
})
