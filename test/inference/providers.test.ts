import assert from 'node:assert/strict'
import { openWithFallback, runtimeMissing } from '../../src/inference/providers.ts'

describe('providers', () => {
  const noAdapter = (provider: string) =>
    provider === 'cpu' ? Promise.resolve('session') : Promise.reject(new Error('no adapter\nat …'))

  it('opens where it was asked to', async () => {
    const opened = await openWithFallback('webgpu', (provider) => Promise.resolve(provider))
    assert.deepEqual(opened, { value: 'webgpu', provider: 'webgpu' })
  })

  it('takes the processor for "auto", without a word', async () => {
    assert.deepEqual(await openWithFallback('auto', noAdapter), { value: 'session', provider: 'cpu' })
  })

  it('falls back to the processor and says why', async () => {
    const { provider, notice } = await openWithFallback('webgpu', noAdapter)
    assert.equal(provider, 'cpu')
    assert.match(notice ?? '', /"webgpu" cannot be used here \(no adapter\)/)
  })

  it('has no fall back for the processor itself', async () => {
    await assert.rejects(
      openWithFallback('cpu', () => Promise.reject(new Error('damaged'))),
      /damaged/,
    )
  })

  it('says which package has the library for this platform', () => {
    assert.match(runtimeMissing('linux', 'arm64', new Error('x')).message, /conceptlens-linux-arm64\.vsix/)
    assert.match(
      runtimeMissing('darwin', 'x64', new Error('x')).message,
      /no package for darwin-x64; there are linux-x64/,
    )
  })
})
