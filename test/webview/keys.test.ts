import assert from 'node:assert/strict'
import { actionOf, KEY_HELP } from '../../src/webview/keys.ts'

const press = (key: string, more: Partial<KeyboardEvent> = {}) =>
  actionOf({ key, ctrlKey: false, altKey: false, metaKey: false, ...more })

describe('keys of the review', () => {
  it('mean what the help says, in small letters as on the keyboard', () => {
    for (const [keys] of KEY_HELP) {
      for (const key of keys.filter((one) => one !== '…')) {
        const arrows: Readonly<Record<string, string>> = { '↑': 'ArrowUp', '↓': 'ArrowDown' }
        const pressed = arrows[key] ?? (key.length === 1 ? key.toLowerCase() : key)
        assert.ok(press(pressed), `${key} does something`)
      }
    }
  })

  it('take candidates by their number', () => {
    assert.deepEqual(press('3'), { kind: 'pick', place: 2 })
    assert.equal(press('0'), undefined)
  })

  it('leave the editor its own', () => {
    assert.equal(press('a', { ctrlKey: true }), undefined)
    assert.equal(press('Enter', { metaKey: true }), undefined)
    assert.equal(press('x', { altKey: true }), undefined)
    assert.equal(press('Tab'), undefined)
  })
})
