import assert from 'node:assert/strict'
import { CancelledError, type CancellationToken } from '../../src/core/index.ts'
import type { Trial } from '../../src/inference/index.ts'
import type { Timers } from '../../src/server/index.ts'
import { immediateTimers, TRIAL } from './doubles.ts'
import { editorsOfSuite, type EditorOptions } from './editor.ts'
import { PAPER } from './paper.ts'

/** Timers whose long ones run when told to. */
function heldTimers() {
  const held = new Map<() => void, number>()
  const timers: Timers = {
    after(delayMs, callback) {
      if (delayMs < 10_000) return immediateTimers.after(delayMs, callback)
      held.set(callback, delayMs)
      return () => held.delete(callback)
    },
  }
  const pass = async (): Promise<void> => {
    const due = [...held.keys()]
    held.clear()
    for (const callback of due) callback()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return { timers, delays: () => [...held.values()], pass }
}

/** A machine without a trial; a trial under way ends when told to, or when it is cancelled. */
function untriedMachine(load = { value: 0 }) {
  const made: { isIdle: boolean; finish: () => void; wasCancelled: () => boolean }[] = []
  let known: Trial | undefined
  const trials: EditorOptions['trials'] = {
    knownTrial: () => Promise.resolve(known),
    loadPerCore: () => load.value,
    measureTrial: (_model, { token, isIdle = false }) =>
      new Promise((resolve, reject) => {
        const poll = setInterval(() => {
          if (!token?.isCancellationRequested) return
          clearInterval(poll)
          reject(new CancelledError())
        }, 2)
        const finish = () => {
          clearInterval(poll)
          known = TRIAL
          resolve(TRIAL)
        }
        made.push({ isIdle, finish, wasCancelled: () => token?.isCancellationRequested === true })
      }),
  }
  return { trials, made }
}

const noToken: CancellationToken = { isCancellationRequested: false }

describe('the trial of the machine', () => {
  const { openPaper, openEmpty } = editorsOfSuite()

  it('begins by itself, at the lowest priority, when everything has been linked for a while', async () => {
    const { timers, delays, pass } = heldTimers()
    const { trials, made } = untriedMachine()
    const editor = await openPaper({ timers, trials })
    assert.equal(made.length, 0)
    assert.deepEqual(delays(), [15_000])
    await pass()
    assert.deepEqual(
      made.map(({ isIdle }) => isIdle),
      [true],
    )
    made[0]?.finish()
    await pass()
    await editor.edit(PAPER, 'bad', 'worse')
    await editor.settled(PAPER)
    assert.deepEqual(delays(), [], 'it is made once')
  })

  it('gives way to the author, and begins again later', async () => {
    const { timers, delays, pass } = heldTimers()
    const { trials, made } = untriedMachine()
    const editor = await openPaper({ timers, trials })
    await pass()
    await editor.edit(PAPER, 'bad', 'worse')
    await editor.settled(PAPER)
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.equal(made[0]?.wasCancelled(), true)
    assert.deepEqual(delays(), [15_000])
    await pass()
    assert.equal(made.length, 2)
    made[1]?.finish()
  })

  it('waits while the machine is busy with other things, or power is low', async () => {
    const load = { value: 3 }
    const { timers, delays, pass } = heldTimers()
    const { trials, made } = untriedMachine(load)
    const editor = await openPaper({ timers, trials })
    await pass()
    assert.deepEqual([made.length, ...delays()], [0, 120_000])
    load.value = 0
    await editor.configure({ engine: { lowPower: 'on' } })
    await editor.settled(PAPER)
    await pass()
    assert.equal(made.length, 0)
  })

  it('is not made for a provider that a person chose', async () => {
    const { timers, delays } = heldTimers()
    const { trials } = untriedMachine()
    await openPaper({ timers, trials, settings: { engine: { provider: 'cpu' } } })
    assert.deepEqual(delays(), [])
  })

  it('is made when a person asks, and reported', async () => {
    const { trials, made } = untriedMachine()
    const { timers } = heldTimers()
    const editor = await openPaper({ timers, trials })
    assert.equal((await editor.request('conceptLens/performance', { rerun: false })).trial, undefined)
    const asked = editor.request('conceptLens/performance', { rerun: true })
    await editor.request('conceptLens/info', {})
    const during = await editor.request('conceptLens/performance', { rerun: false })
    assert.equal(during.isMeasuring, true)
    assert.equal(made[0]?.isIdle, false)
    made[0]?.finish()
    const { trial, running, isMeasuring, wanted } = await asked
    assert.deepEqual(trial, JSON.parse(JSON.stringify(TRIAL)))
    assert.deepEqual([running?.provider, isMeasuring, wanted], ['cpu', false, 'auto'])
    assert.equal(noToken.isCancellationRequested, false)
  })

  it('leaves the old one when the new one is cancelled', async () => {
    const { trials, made } = untriedMachine()
    const editor = await openEmpty({
      timers: heldTimers().timers,
      trials: { ...trials, knownTrial: () => Promise.resolve(TRIAL) },
    })
    const first = editor.request('conceptLens/performance', { rerun: true })
    await editor.request('conceptLens/info', {})
    // A newer one takes the place of one under way.
    const second = editor.request('conceptLens/performance', { rerun: true })
    await assert.rejects(first, /Cancelled/)
    made[1]?.finish()
    assert.equal((await second).trial?.measuredAt, TRIAL.measuredAt)
  })
})
