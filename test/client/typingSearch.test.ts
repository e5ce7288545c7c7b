import assert from 'node:assert/strict'
import { createTypingSearch, type TokenSource } from '../../src/client/typingSearch.ts'

/** A person at a quick pick: the clock stands until it is told, and answers come when they are given. */
function person() {
  const log: string[] = []
  const timers = new Set<() => void>()
  const answers = new Map<string, { resolve(found: string): void; reject(error: Error): void }>()
  const search = createTypingSearch<string>({
    search: (text, token) =>
      new Promise((resolve, reject) => {
        log.push(`ask ${text}`)
        answers.set(text, { resolve, reject })
        token.onCancellationRequested(() => log.push(`cancel ${text}`))
      }),
    show: (found) => void log.push(`show ${found}`),
    busy: (isBusy) => void log.push(isBusy ? 'busy' : 'idle'),
    createTokenSource,
    after(_delayMs, callback) {
      timers.add(callback)
      return () => timers.delete(callback)
    },
  })
  return {
    log,
    ...search,
    wait: () => {
      const due = [...timers]
      timers.clear()
      due.forEach((callback) => callback())
    },
    answer: async (text: string, error?: Error) => {
      const asked = answers.get(text)
      if (error) asked?.reject(error)
      else asked?.resolve(`found for ${text}`)
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

function createTokenSource(): TokenSource {
  const listeners: (() => void)[] = []
  const token = {
    isCancellationRequested: false,
    onCancellationRequested(listener: () => void) {
      listeners.push(listener)
      return { dispose: () => undefined }
    },
  }
  return {
    token: token as unknown as TokenSource['token'],
    cancel() {
      token.isCancellationRequested = true
      listeners.forEach((listener) => listener())
    },
    dispose: () => undefined,
  }
}

describe('createTypingSearch', () => {
  it('asks once when a person pauses, for what they typed last', async () => {
    const { log, type, wait, answer } = person()
    type('d')
    type('di')
    wait()
    await answer('di')
    assert.deepEqual(log, ['busy', 'busy', 'ask di', 'show found for di', 'idle'])
  })

  it('cancels what is no longer waited for, and throws a late answer away', async () => {
    const { log, type, wait, answer } = person()
    type('dia')
    wait()
    type('diab')
    wait()
    await answer('diab')
    await answer('dia')
    assert.deepEqual(log, [
      'busy',
      'ask dia',
      'cancel dia',
      'busy',
      'ask diab',
      'show found for diab',
      'idle',
    ])
  })

  it('stays busy when a stale question fails, and is idle when the latest does', async () => {
    const { log, type, wait, answer } = person()
    type('a')
    wait()
    type('b')
    wait()
    await answer('a', new Error('Cancelled'))
    assert.equal(log.at(-1), 'ask b')
    await answer('b', new Error('no knowledge base'))
    assert.equal(log.at(-1), 'idle')
  })

  it('asks nothing for blanks, and nothing after the end', async () => {
    const { log, type, wait, stop, answer } = person()
    type('  ')
    wait()
    type('dia')
    wait()
    stop()
    await answer('dia')
    type('')
    wait()
    assert.deepEqual(log, ['idle', 'busy', 'ask dia', 'cancel dia', 'idle'])
  })
})
