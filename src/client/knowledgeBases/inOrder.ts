/** What a person answered to one question: a value, the wish to go back, or nothing at all. */
export type Answer<T> = { readonly value: T } | 'back' | undefined

/** Asks questions in their order; each gets what the one before made of the state. `undefined` when a person gave up. */
export async function askInOrder<S>(
  state: S,
  questions: readonly ((state: S) => Promise<Answer<S>>)[],
): Promise<S | undefined> {
  let current = state
  for (let i = 0; i < questions.length;) {
    const answer = await questions[i]!(current)
    if (answer === undefined) return undefined
    if (answer === 'back') i = Math.max(0, i - 1)
    else {
      current = answer.value
      i += 1
    }
  }
  return current
}
