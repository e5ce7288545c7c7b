import assert from 'node:assert/strict'
import { URI, Utils } from 'vscode-uri'
import { writeTogether } from '../../src/client/writeTogether.ts'

type Disk = Parameters<typeof writeTogether>[1]

/** A disk of so many bytes that, as real ones do, keeps what of a file still fitted when it gets full. */
function diskOf(sizeBytes: number, files: Record<string, string>, unmovable?: string): Disk {
  const used = () => Object.values(files).join('').length
  return {
    writeFile(uri, content) {
      const text = new TextDecoder().decode(content)
      const free = sizeBytes - used()
      files[Utils.basename(uri)] = text.slice(0, free)
      return text.length > free ? Promise.reject(new Error('ENOSPC: no space left')) : Promise.resolve()
    },
    rename(from, to) {
      const [source, target] = [Utils.basename(from), Utils.basename(to)]
      if (target === unmovable) return Promise.reject(new Error('EPERM: in use'))
      files[target] = files[source] ?? ''
      delete files[source]
      return Promise.resolve()
    },
    delete(uri) {
      const name = Utils.basename(uri)
      if (files[name] === undefined) return Promise.reject(new Error('not there'))
      delete files[name]
      return Promise.resolve()
    },
  }
}

const old = { 'a.bioc.xml': 'old', 'bioc.key': 'old key' }
const output = [
  { uri: URI.file('/notes/a.bioc.xml'), content: 'new export' },
  { uri: URI.file('/notes/bioc.key'), content: 'new key' },
] as unknown as Parameters<typeof writeTogether>[0]

describe('writeTogether in the client', () => {
  it('replaces all files and leaves no temporary ones', async () => {
    const files: Record<string, string> = { ...old }
    await writeTogether(output, diskOf(1000, files))
    assert.deepEqual(files, { 'a.bioc.xml': 'new export', 'bioc.key': 'new key' })
  })

  for (const free of [0, 5, 10, 12]) {
    it(`on a disk with ${free} bytes left: keeps the old files and nothing else`, async () => {
      const files: Record<string, string> = { ...old }
      await assert.rejects(writeTogether(output, diskOf(10 + free, files)), /ENOSPC/)
      assert.deepEqual(files, old)
    })
  }

  it('does not replace the first file when a later one cannot be replaced', async () => {
    const files: Record<string, string> = { ...old }
    await assert.rejects(writeTogether(output, diskOf(1000, files, 'bioc.key')), /EPERM/)
    assert.deepEqual(files, old)
  })
})
