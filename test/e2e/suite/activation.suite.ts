import assert from 'node:assert/strict'
import * as vscode from 'vscode'

describe('the installed extension', () => {
  it('is there and activates when a manuscript is opened', async () => {
    const extension = vscode.extensions.getExtension('conceptlens.conceptlens')
    assert.ok(extension !== undefined, 'the packed extension is installed')
    await extension.activate()
    assert.equal(extension.isActive, true)
  })
})
