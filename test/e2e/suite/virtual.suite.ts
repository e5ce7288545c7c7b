import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { eventually, hintsOf, sayNotAConcept } from './editor.ts'

/** A document that is on no disk, as those of GitHub Repositories. */
describe('a document of a virtual file system', () => {
  const uri = vscode.Uri.parse('vscode-vfs://suite/notes/paper.md')
  const text = 'Metformin was given.\n'
  const written: string[] = []
  let provider: vscode.Disposable

  before(() => {
    provider = vscode.workspace.registerFileSystemProvider('vscode-vfs', memoryFiles(), {
      isCaseSensitive: true,
    })
  })
  after(() => {
    provider.dispose()
  })

  it('is linked, keeps decisions while it is open, and writes nothing', async () => {
    const document = await vscode.workspace.openTextDocument(uri)
    await vscode.window.showTextDocument(document)
    const [hint] = await eventually(
      'the hint',
      () => hintsOf(document),
      (hints) => hints.length === 1,
    )
    assert.ok(hint !== undefined)
    await sayNotAConcept(document, new vscode.Range(hint.position.translate(0, -1), hint.position))
    await eventually(
      'the hint gone',
      () => hintsOf(document),
      (hints) => hints.length === 0,
    )
    await vscode.commands.executeCommand('conceptLens.undoDecision')
    await eventually(
      'the hint back',
      () => hintsOf(document),
      (hints) => hints.length === 1,
    )
    assert.deepEqual(written, [])
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor')
  })

  function memoryFiles(): vscode.FileSystemProvider {
    const bytes = new TextEncoder().encode(text)
    const refuse = (at: vscode.Uri): never => {
      written.push(at.toString())
      throw vscode.FileSystemError.NoPermissions(at)
    }
    return {
      onDidChangeFile: new vscode.EventEmitter<vscode.FileChangeEvent[]>().event,
      watch: () => new vscode.Disposable(() => undefined),
      stat(at) {
        if (at.path === uri.path)
          return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: bytes.length }
        if (uri.path.startsWith(at.path))
          return { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 }
        throw vscode.FileSystemError.FileNotFound(at)
      },
      readDirectory: () => [],
      readFile(at) {
        if (at.path === uri.path) return bytes
        throw vscode.FileSystemError.FileNotFound(at)
      },
      createDirectory: refuse,
      writeFile: refuse,
      delete: refuse,
      rename: refuse,
    }
  }
})
