import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const model = join(root, 'test', 'fixtures', 'tiny-linker')

describe('optimize', function () {
  const folder = mkdtempSync(join(tmpdir(), 'conceptlens-optimize-'))
  const corpus = join(folder, 'dev.txt')
  const out = join(folder, 'best')
  const args = (python: string) => [
    join(root, 'dist', 'cli.cjs'),
    'optimize',
    model,
    '--corpus',
    corpus,
    '--out',
    out,
    '--python',
    python,
  ]
  const optimize = (python: string, ...more: string[]) =>
    spawnSync(process.execPath, [...args(python), ...more], { encoding: 'utf8' })

  /** A program that stands for Python: a line of shell. */
  function stand(name: string, line: string): string {
    const path = join(folder, name)
    writeFileSync(path, `#!/bin/sh\n${line}\n`)
    chmodSync(path, 0o755)
    return path
  }

  before(() =>
    writeFileSync(corpus, '1|t|Diabetes\n1|a|It is common.\n1\t0\t8\tDiabetes\tDisease\tMESH:D003920\n'),
  )
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('says how to get Python when there is none', () => {
    const { status, stderr } = optimize(join(folder, 'no-python'))
    assert.equal(status, 1)
    assert.match(
      stderr,
      /no-python cannot be started .* install Python 3.11 or later, or name one with --python/,
    )
    assert.ok(!existsSync(`${out}.search`))
  })

  it('says which packages are missing and how to install them', () => {
    // Without site-packages, whatever this machine has.
    const { status, stderr } = optimize(stand('bare', 'exec python3 -S "$@"'))
    assert.equal(status, 1)
    assert.match(stderr, /lacks .*optuna \d+[.]\d+/)
    assert.match(stderr, /-m pip install '.*recipe\[optimize\]'/)
    assert.match(stderr, /--python VENV/)
    assert.ok(!existsSync(out))
  })

  it('says where the recipe is looked for', () => {
    const { status, stderr } = optimize('python3', '--recipe', folder)
    assert.equal(status, 1)
    assert.match(stderr, /does not hold the recipe/)
  })

  it('hands the documents and the constraints over', () => {
    const told = join(folder, 'told')
    const python = stand('listening', `printf '%s\\n' "$@" > ${told}`)
    const { status, stderr } = optimize(
      python,
      '--max-accuracy-loss',
      '0.5%',
      '--exact',
      '--threads',
      '1',
      '2',
    )
    assert.equal(status, 0, stderr)
    const given = readFileSync(told, 'utf8').trim().split('\n')
    assert.deepEqual(given.slice(0, 3), ['-m', 'conceptlens_recipe.optimize', model])
    assert.deepEqual(given.slice(given.indexOf('--threads')).slice(0, 3), ['--threads', '1', '2'])
    assert.ok(given.includes('--exact'))
    const written = JSON.parse(readFileSync(join(`${out}.search`, 'development.json'), 'utf8')) as unknown[]
    assert.equal(written.length, 1)
  })

  it('ends the search when it is ended itself', async () => {
    const pid = join(folder, 'pid')
    // Like the module: it ends when its standard input does. It checks itself first, which ends at once.
    const python = stand(
      'waiting',
      `case "$*" in *--check*) exit 0;; esac; echo $$ > ${pid}; cat > /dev/null`,
    )
    const parent = spawn(process.execPath, args(python), { stdio: 'ignore' })
    while (!existsSync(pid) || readFileSync(pid, 'utf8') === '') await delay()
    parent.kill('SIGKILL')
    const child = Number(readFileSync(pid, 'utf8'))
    while (isAlive(child)) await delay()
  })
})

const delay = () => new Promise((resolve) => setTimeout(resolve, 20))

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
