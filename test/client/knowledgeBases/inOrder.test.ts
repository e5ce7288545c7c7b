import assert from 'node:assert/strict'
import { askInOrder, type Answer } from '../../../src/client/knowledgeBases/inOrder.ts'

describe('questions in their order', () => {
  /** Asks three questions, answered as a script says: a letter is added to the state. */
  async function asked(script: string): Promise<{ heard: string[]; result: string | undefined }> {
    const answers = [...script]
    const heard: string[] = []
    const question =
      (name: string) =>
      (state: string): Promise<Answer<string>> => {
        heard.push(`${name}:${state}`)
        const answer = answers.shift()
        if (answer === '<') return Promise.resolve('back')
        return Promise.resolve(answer === undefined ? undefined : { value: state + answer })
      }
    return { heard, result: await askInOrder('', ['1', '2', '3'].map(question)) }
  }

  it('hand the state from one to the next', async () => {
    assert.deepEqual(await asked('abc'), { heard: ['1:', '2:a', '3:ab'], result: 'abc' })
  })

  it('go back with what was answered so far, and from the first to itself', async () => {
    assert.deepEqual(await asked('ab<<<xyz'), {
      heard: ['1:', '2:a', '3:ab', '2:ab', '1:ab', '1:ab', '2:abx', '3:abxy'],
      result: 'abxyz',
    })
  })

  it('end without a result when a person gives up', async () => {
    assert.deepEqual(await asked('a'), { heard: ['1:', '2:a'], result: undefined })
  })
})
