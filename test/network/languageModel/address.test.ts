import assert from 'node:assert/strict'
import { readServerAddress } from '../../../src/network/index.ts'

describe('address of a language model', () => {
  const base = (text: string, hosts: readonly string[] = []): string => readServerAddress(text, hosts).base

  it('is that of the interface, with its version when none is given', () => {
    assert.equal(base('http://127.0.0.1:11434'), 'http://127.0.0.1:11434/v1')
    assert.equal(base(' http://localhost:8080/v1/ '), 'http://localhost:8080/v1')
    assert.equal(base('https://[::1]:8000/openai/v1'), 'https://[::1]:8000/openai/v1')
  })

  it('is this machine, however it is written', () => {
    for (const host of [
      '127.0.0.1',
      '127.1',
      '127.8.8.8',
      '0x7f.1',
      '2130706433',
      'LOCALHOST',
      '[0:0:0:0:0:0:0:1]',
    ])
      assert.equal(readServerAddress(`http://${host}:1`, []).isLoopback, true, host)
  })

  it('is no other machine unless the person named it', () => {
    const others = [
      'gpu.example.org',
      '10.0.0.7',
      '0.0.0.0',
      '128.0.0.1',
      'localhost.example.org',
      '127.0.0.1.example.org',
    ]
    for (const host of others)
      assert.throws(
        () => base(`https://${host}:8000`),
        { code: 'lm-host-not-allowed', message: /--lm-host/ },
        host,
      )
    assert.throws(() => base('https://evil.org', ['gpu.example.org']), {
      message: /and gpu\.example\.org\. If you/,
    })
    const allowed = readServerAddress('https://GPU.example.org:8000', [' gpu.Example.org '])
    assert.deepEqual(allowed, {
      base: 'https://gpu.example.org:8000/v1',
      host: 'gpu.example.org',
      isLoopback: false,
    })
  })

  it('that cannot be used is refused with a reason, and no password is repeated', () => {
    for (const [text, reason] of [
      ['', /no address/],
      ['localhost:11434', /begins with localhost:/],
      ['file:///etc/passwd', /begins with file:/],
      ['http://127.0.0.1/v1?key=1', /after a \? or #/],
    ] as const)
      assert.throws(() => base(text), { code: 'lm-address', message: reason })
    assert.throws(
      () => base('http://me:hunter2@127.0.0.1'),
      (error: Error) => /user name or a password/.test(error.message) && !error.message.includes('hunter2'),
    )
  })
})
