import assert from 'node:assert/strict'
import { withFallback } from '../../../src/inference/engine/fallback.ts'
import type { Session, TensorData } from '../../../src/inference/engine/tensors.ts'
import { createWidths } from '../../../src/inference/engine/widths.ts'

const full = { x: { dims: [1], data: new Float32Array(1) } }
const empty = { x: { dims: [1, 0], data: new Float32Array(0) } }

/** A session that counts its runs and says where it ran; `fails` may throw. */
function fakeSession(provider: string, fails: (run: number) => void = () => undefined) {
  let runs = 0
  const session: Session = {
    provider,
    inputs: ['x'],
    outputs: ['y'],
    run() {
      return new Promise((resolve) => {
        fails(++runs)
        resolve({ [provider]: { dims: [0], data: new Float32Array(0) } })
      })
    },
  }
  return { session, runs: () => runs }
}

const ranOn = (answer: Readonly<Record<string, TensorData>>) => Object.keys(answer)[0]

describe('a session on an accelerator', () => {
  const lost = (at: number) => (run: number) => {
    if (run >= at) throw new Error('the device was lost\nat …')
  }

  it('stays there while it answers', async () => {
    const [gpu, cpu] = [fakeSession('webgpu'), fakeSession('cpu')]
    const session = withFallback({
      first: gpu.session,
      openProcessor: () => Promise.resolve(cpu.session),
      refusesEmpty: true,
    })
    for (let i = 0; i < 3; i++) assert.equal(ranOn(await session.run(full, ['y'])), 'webgpu')
    assert.equal(session.provider, 'webgpu')
    assert.equal(session.notice, undefined)
    assert.equal(cpu.runs(), 0)
  })

  it('loses no run when the third one fails, and says so', async () => {
    let opened = 0
    const [gpu, cpu] = [fakeSession('webgpu', lost(3)), fakeSession('cpu')]
    const session = withFallback({
      first: gpu.session,
      openProcessor() {
        opened++
        return Promise.resolve(cpu.session)
      },
      refusesEmpty: false,
    })
    const ran = []
    for (let i = 0; i < 5; i++) ran.push(ranOn(await session.run(full, ['y'])))
    assert.deepEqual(ran, ['webgpu', 'webgpu', 'cpu', 'cpu', 'cpu'])
    assert.equal(session.provider, 'cpu')
    assert.match(session.notice ?? '', /"webgpu" failed \(the device was lost\).*goes on with the processor/)
    assert.deepEqual([gpu.runs(), cpu.runs(), opened], [3, 3, 1])
  })

  it('is not blamed for a call that the processor cannot run either', async () => {
    const bad = () => {
      throw new Error('x has a wrong shape')
    }
    const session = withFallback({
      first: fakeSession('webgpu', bad).session,
      openProcessor: () => Promise.resolve(fakeSession('cpu', bad).session),
      refusesEmpty: false,
    })
    await assert.rejects(session.run(full, ['y']), /wrong shape/)
    assert.equal(session.provider, 'webgpu')
  })

  it('leaves tensors without any number to the processor', async () => {
    const [gpu, cpu] = [fakeSession('webgpu'), fakeSession('cpu')]
    const session = withFallback({
      first: gpu.session,
      openProcessor: () => Promise.resolve(cpu.session),
      refusesEmpty: true,
    })
    assert.equal(ranOn(await session.run(empty, ['y'])), 'cpu')
    assert.equal(ranOn(await session.run(full, ['y'])), 'webgpu')
    assert.equal(session.provider, 'webgpu')
  })
})

describe('widths', () => {
  it('opens a session for each number of threads, once', async () => {
    const opened: number[] = []
    const first = fakeSession('cpu')
    const { session, use } = createWidths(first.session, 1, (threads) => {
      opened.push(threads)
      return Promise.resolve(fakeSession(`cpu with ${threads}`).session)
    })
    assert.equal(ranOn(await session.run(full, ['y'])), 'cpu')
    for (const threads of [2, 2, 1, 4, 2]) await use(threads)
    assert.equal(ranOn(await session.run(full, ['y'])), 'cpu with 2')
    await use(1)
    assert.equal(ranOn(await session.run(full, ['y'])), 'cpu')
    assert.deepEqual(opened, [2, 4])
  })

  it('goes on with the first session where another cannot be opened', async () => {
    const { session, use } = createWidths(fakeSession('cpu').session, 1, () =>
      Promise.reject(new Error('no memory')),
    )
    await use(2)
    assert.equal(ranOn(await session.run(full, ['y'])), 'cpu')
  })

  it('is one session on an accelerator, also after it has failed', async () => {
    const first = fakeSession('webgpu')
    const { session, use } = createWidths(first.session, 1, () => assert.fail('nothing is to be opened'))
    await use(2)
    assert.equal(ranOn(await session.run(full, ['y'])), 'webgpu')
  })
})
