import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import {
  answers,
  says,
  serveLanguageModel,
  type LanguageModelDouble,
} from '../support/languageModelServer.ts'

const script = join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs')

interface Ended {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Not `spawnSync`: the double answers in this process. */
function lm(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, 'lm', ...args], (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}

describe('lm', () => {
  let double: LanguageModelDouble
  afterEach(() => double.close())

  it('tells the models of a server, its answer, its time and its probabilities', async () => {
    double = await serveLanguageModel([answers({ B: 0.75, A: 0.25 })], ['small', 'large'])
    const { status, stdout, stderr } = await lm('--lm-server', double.url, '--lm-model', 'small')
    assert.equal(status, 0, stderr)
    assert.match(stdout, /has small, large\n/)
    assert.match(stdout, /"B" after \d+\.\d\d s, 100 tokens read, 1 written\n/)
    assert.match(stdout, /It tells probabilities: "B" 0\.750, "A" 0\.250/)
    assert.equal(double.seen[0]?.body?.model, 'small')
  })

  it('says when there are none', async () => {
    double = await serveLanguageModel([says('B')])
    assert.match((await lm('--lm-server', double.url)).stdout, /tells no probabilities/)
  })

  it('asks no other machine that was not named', async () => {
    double = await serveLanguageModel([says('B')])
    const { status, stderr } = await lm('--lm-server', 'http://192.0.2.1:8000')
    assert.equal(status, 1)
    assert.match(stderr, /http:\/\/192\.0\.2\.1:8000 is another machine.*add 192\.0\.2\.1 to/)
    assert.equal((await lm()).status, 2)
  })
})
