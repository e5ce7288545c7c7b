import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

describe('The kernels of vectors', () => {
  it('are what their source compiles to; if not, run: npm run build:assembly', () => {
    const compiled = execFileSync(process.execPath, ['assembly/compile.mjs', '--print'], { encoding: 'utf8' })
    assert.equal(readFileSync('src/knowledge/vectors/assembly.generated.ts', 'utf8'), compiled)
  }).timeout(60_000)
})
