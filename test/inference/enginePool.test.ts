import assert from 'node:assert/strict'
import { CancelledError } from '../../src/core/index.ts'
import { layoutOf } from '../../src/inference/cores.ts'
import { poolEngine } from '../../src/inference/enginePool.ts'
import type { EngineProcess, EngineTask } from '../../src/inference/engineProcess.ts'
import type { MentionToScore } from '../../src/inference/index.ts'
import { fakeEngine } from '../support/engine.ts'

const wide = layoutOf('manuscripts', { processes: 2, threads: 1 })
const info = { ...fakeEngine().info, features: ['lexicalScore'] }

function mention(start: number, nCandidates: number): MentionToScore {
  const candidates = Array.from({ length: nCandidates }, (_, i) => ({
    name: `${start}.${i}`,
    preferred: '',
    features: [start + i / 100],
  }))
  return { span: { start, end: start + 1 }, mentionText: 'x', candidates }
}

/** A process that answers when told to; a score is the candidate's only feature. */
function fakeProcess() {
  const tasks: EngineTask[] = []
  const waiting: (() => void)[] = []
  const process: EngineProcess = {
    get pending() {
      return waiting.length
    },
    broken: false,
    provider: 'cpu',
    load: () => Promise.reject(new Error('not asked for')),
    dispose: () => Promise.resolve(),
    async run(task, token) {
      tasks.push(task)
      await new Promise<void>((resolve) => waiting.push(resolve))
      if (token?.isCancellationRequested) throw new CancelledError()
      if (task.kind === 'rank' || task.kind === 'multiply') throw new Error(`No engine asks for ${task.kind}`)
      if (task.kind === 'analyse')
        return {
          kind: 'analysed',
          id: 0,
          analysis: {
            bounds: new Int32Array(0),
            wordStarts: new Uint8Array(0),
            logits: info.heads.map(() => new Float32Array(0)),
          },
        }
      assert.ok(task.kind === 'score')
      const scores = task.mentions.map(({ span, candidates }) => ({
        scores: Float32Array.from(candidates, ({ features }) => features[0] ?? 0),
        none: span.start,
      }))
      return { kind: 'scored', id: 0, scores }
    },
  }
  /** Answers all that is open. */
  const answer = async () => {
    for (const resolve of waiting.splice(0)) resolve()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { process, tasks, answer }
}

const kinds = (tasks: readonly EngineTask[]) =>
  tasks.map((task) => `${task.kind} ${'text' in task ? task.text : ''}`)

describe('poolEngine', () => {
  const mentions = [mention(0, 5), mention(2, 1), mention(4, 6), mention(6, 4)]

  it('scores a passage in the process that has read it, and leaves the others idle', async () => {
    const [a, b] = [fakeProcess(), fakeProcess()]
    const engine = poolEngine([a.process, b.process], info, wide)
    const reading = engine.analyse('p')
    await a.answer()
    await reading
    const scoring = engine.score('p', mentions)
    await a.answer()
    const scores = await scoring
    assert.deepEqual(kinds(a.tasks), ['analyse p', 'score p'])
    assert.deepEqual(b.tasks, [])
    assert.deepEqual(
      scores.map(({ none }) => none),
      [0, 2, 4, 6],
    )
    assert.deepEqual(scores[2]?.scores, Float32Array.of(4, 4.01, 4.02, 4.03, 4.04, 4.05))
  })

  it('gives every passage a process of its own when there are several', async () => {
    const [a, b] = [fakeProcess(), fakeProcess()]
    const engine = poolEngine([a.process, b.process], info, wide)
    const reading = [engine.analyse('p')]
    await Promise.all([a.answer(), b.answer()])
    reading.push(engine.analyse('q'), engine.analyse('r'))
    await Promise.all([a.answer(), b.answer()])
    await Promise.all(reading)
    const scoring = [engine.score('p', mentions), engine.score('q', mentions)]
    await Promise.all([a.answer(), b.answer()])
    await Promise.all(scoring)
    const scored = [...a.tasks, ...b.tasks].filter(({ kind }) => kind === 'score')
    assert.deepEqual(kinds(scored).toSorted(), ['score p', 'score q'])
  })

  describe('beside an editor of two cores', () => {
    const layout = layoutOf('editing', { processes: 2, threads: 2 }, 2)
    const threadsOf = (tasks: readonly EngineTask[]) => tasks.map((task) => 'threads' in task && task.threads)

    it('links by one thread of one process, and what is typed in by all threads', async () => {
      const [a, b] = [fakeProcess(), fakeProcess()]
      const engine = poolEngine([a.process, b.process], info, layout)
      engine.pace({ typedIn: 'typed' })
      const asked = ['p', 'q', 'typed', 'r'].map((text) => engine.analyse(text))
      for (let i = 0; i < 4; i++) await Promise.all([a.answer(), b.answer()])
      await Promise.all(asked)
      assert.deepEqual(kinds(a.tasks), ['analyse p', 'analyse q', 'analyse r'])
      assert.deepEqual(threadsOf(a.tasks), [1, 1, 1])
      assert.deepEqual(kinds(b.tasks), ['analyse typed'])
      assert.deepEqual(threadsOf(b.tasks), [2])
      assert.deepEqual(engine.running(), { provider: 'cpu', processes: 2, threads: 2, backgroundThreads: 1 })
    })

    it('takes one thread for everything when power is low', async () => {
      const [a, b] = [fakeProcess(), fakeProcess()]
      const engine = poolEngine([a.process, b.process], info, layout)
      engine.pace({ typedIn: 'typed', isLowPower: true })
      const asked = ['p', 'typed'].map((text) => engine.analyse(text))
      for (let i = 0; i < 2; i++) await a.answer()
      await Promise.all(asked)
      assert.deepEqual(threadsOf(a.tasks), [1, 1])
      assert.deepEqual(b.tasks, [])
    })
  })

  it('stops a cancelled call', async () => {
    const { process, answer } = fakeProcess()
    const engine = poolEngine([process], info, wide)
    const token = { isCancellationRequested: false }
    const scoring = assert.rejects(engine.score('p', mentions, token), { name: 'CancelledError' })
    token.isCancellationRequested = true
    await answer()
    await scoring
  })

  it('asks no process to score nothing', async () => {
    const { process, tasks } = fakeProcess()
    assert.deepEqual(await poolEngine([process], info, wide).score('p', []), [])
    assert.deepEqual(tasks, [])
  })
})
