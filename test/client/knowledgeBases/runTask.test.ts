import assert from 'node:assert/strict'
import { join } from 'node:path'
import { runTask, TaskError, type TaskOptions } from '../../../src/client/knowledgeBases/runTask.ts'
import type { TaskProgress } from '../../../src/protocol/index.ts'

const script = join(import.meta.dirname, '..', '..', 'fixtures', 'task.mjs')

const run = (what: string, more: Partial<TaskOptions> = {}) => runTask({ script, args: [what, 'x'], ...more })

describe('runTask', () => {
  it('answers with the result, and tells of progress', async () => {
    const heard: TaskProgress[] = []
    const answer = await run('succeed', {
      environment: { TASK_VARIABLE: 'here' },
      onProgress: (progress) => heard.push(progress),
    })
    assert.deepEqual(answer, { result: { rest: ['x'], variable: 'here' } })
    assert.deepEqual(heard, [{ kind: 'progress', label: 'counted', done: 1, total: 2, unit: 'things' }])
  })

  it('takes variables of the environment away', async () => {
    process.env['TASK_VARIABLE'] = 'ours'
    try {
      const answer = await run('succeed', { environment: { TASK_VARIABLE: undefined } })
      assert.deepEqual(answer, { result: { rest: ['x'], variable: null } })
    } finally {
      delete process.env['TASK_VARIABLE']
    }
  })

  it('fails with the code and message of the task', async () => {
    await assert.rejects(run('fail'), (error: unknown) => {
      assert.ok(error instanceof TaskError)
      assert.equal(error.code, 'kb-unknown-source')
      assert.equal(error.message, 'Of no known kind.')
      return true
    })
  })

  it('says how the process died', async () => {
    await assert.rejects(run('die'), /ended with status 9; its last words: out of memory/)
  })

  for (const what of ['stop-when-asked', 'deaf']) {
    it(`is cancelled (${what})`, async () => {
      const controller = new AbortController()
      const options = { signal: controller.signal, onProgress: () => controller.abort(), graceMs: 50 }
      assert.equal(await run(what, options), undefined)
    })
  }

  it('does not begin when it was cancelled before', async () => {
    assert.equal(await run('die', { signal: AbortSignal.abort() }), undefined)
  })
})
