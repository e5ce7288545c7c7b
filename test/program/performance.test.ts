import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const model = join(root, 'test', 'fixtures', 'tiny-linker')

interface Told {
  readonly measuredAt: string
  readonly tried: readonly { readonly way: { readonly provider: string }; readonly outcome: string }[]
}

describe('conceptlens performance', () => {
  const cache = mkdtempSync(join(tmpdir(), 'conceptlens-performance-'))
  after(() => rmSync(cache, { recursive: true, force: true }))

  function performance(...options: string[]): string {
    const args = [join(root, 'dist', 'cli.cjs'), 'performance', '--model', model, ...options]
    const env = { ...process.env, XDG_CACHE_HOME: cache, LOCALAPPDATA: cache }
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env })
    assert.equal(status, 0, stderr)
    return stdout
  }

  it('makes a trial, keeps it, and makes another one when it is asked to', () => {
    const first = JSON.parse(performance('--json')) as Told
    assert.equal(first.tried[0]?.outcome, 'measured')
    for (const provider of ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'])
      assert.ok(
        first.tried.some(({ way }) => way.provider === provider),
        provider,
      )
    if (process.platform !== 'darwin')
      assert.equal(readdirSync(join(cache, 'conceptlens', 'trials')).length, 1)
    assert.deepEqual(JSON.parse(performance('--json')), first)
    const text = performance()
    assert.match(text, /^Provider +chosen by the trial/)
    assert.match(text, /^Processor +fp32-arithmetic +1 × 1 +\d+ +\d+ +100\.00 %/m)
    const again = JSON.parse(performance('--rerun', '--json')) as Told
    assert.ok(again.measuredAt > first.measuredAt)
  })
})
