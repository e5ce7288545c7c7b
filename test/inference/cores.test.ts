import assert from 'node:assert/strict'
import { automaticProcesses, automaticThreads, layoutOf } from '../../src/inference/cores.ts'

describe('cores', () => {
  it('are shared out by default as was measured', () => {
    assert.deepEqual(
      [1, 2, 8].map((n) => automaticProcesses('editing', n)),
      [1, 1, 1],
    )
    assert.deepEqual(
      [1, 2, 8].map((n) => automaticProcesses('manuscripts', n)),
      [1, 2, 2],
    )
    assert.deepEqual(
      [1, 2, 8].map((n) => automaticThreads(1, n)),
      [1, 2, 2],
    )
    assert.deepEqual(
      [1, 2, 8].map((n) => automaticThreads(2, n)),
      [1, 1, 2],
    )
  })

  it('of two, one stays the editor’s: the rest of a document is linked by one thread, what is typed in by two', () => {
    const { threads, background } = layoutOf('editing', { processes: 1, threads: 2 }, 2)
    assert.equal(threads, 2)
    assert.deepEqual(background, { processes: 1, threads: 1 })
  })

  it('of eight, one stays the editor’s, whatever was asked for', () => {
    for (const processes of [1, 2, 3, 8, 64])
      for (const threads of [1, 2, 4, 8]) {
        const { background } = layoutOf('editing', { processes, threads }, 8)
        assert.ok(background.processes * background.threads <= 7, `${processes} × ${threads}`)
        assert.ok(background.processes >= 1 && background.threads >= 1)
      }
    assert.deepEqual(layoutOf('editing', { processes: 1, threads: 4 }, 8).background, {
      processes: 1,
      threads: 4,
    })
  })

  it('a single one is shared out by the operating system', () => {
    assert.deepEqual(layoutOf('editing', { processes: 1, threads: 1 }, 1).background, {
      processes: 1,
      threads: 1,
    })
  })

  it('on the command line all work', () => {
    const all = { processes: 2, threads: 1 }
    assert.deepEqual(layoutOf('manuscripts', all, 2).background, all)
  })
})
