import assert from 'node:assert/strict'
import { networkOptions, readHttpSettings } from '../../../src/client/knowledgeBases/networkSettings.ts'

describe('the network settings of VS Code', () => {
  const settings = readHttpSettings((_key, defaultValue) => defaultValue)

  it('leave the environment alone when they say nothing', () => {
    assert.deepEqual(networkOptions(settings), { args: [], environment: {} })
  })

  it('give the proxy to a task, where nobody sees its password', () => {
    const proxy = 'http://me:secret@proxy.example:3128'
    const { args, environment } = networkOptions({ ...settings, proxy, noProxy: ['localhost', '.example'] })
    assert.deepEqual(args, [])
    assert.equal(environment?.['https_proxy'], proxy)
    assert.equal(environment?.['HTTP_PROXY'], proxy)
    assert.equal(environment?.['NO_PROXY'], 'localhost,.example')
  })

  it('switch the proxy off, and the check of certificates', () => {
    const { args, environment } = networkOptions({
      ...settings,
      proxy: 'http://proxy.example:3128',
      proxySupport: 'off',
      proxyStrictSSL: false,
    })
    assert.deepEqual(args, ['--no-strict-ssl'])
    assert.deepEqual(Object.values(environment ?? {}), [undefined, undefined, undefined, undefined])
    assert.ok('HTTPS_PROXY' in (environment ?? {}))
  })
})
