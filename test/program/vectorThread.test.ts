import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importKnowledgeBase, openNameVectors } from '../../src/knowledge/index.ts'

const root = join(import.meta.dirname, '..', '..')
const release = join(root, 'test', 'fixtures', 'rrf')

describe('The thread that computes vectors of names', () => {
  it('makes the same file as an import without a thread', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'kb-thread-'))
    try {
      const [threaded, plain] = [join(dir, 'threaded'), join(dir, 'plain')]
      const args = [join(root, 'dist', 'cli.cjs'), 'kb', 'import', release, '--out', threaded]
      const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
      assert.equal(status, 0, stderr)
      const vectors = openNameVectors(join(root, 'models', 'names'))
      await importKnowledgeBase({ sources: [release], out: plain, vectors })
      const [ours, theirs] = [threaded, plain].map((folder) => readFileSync(join(folder, 'vectors.bin')))
      assert.ok(ours!.length > 100)
      assert.deepEqual(ours, theirs)
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})
