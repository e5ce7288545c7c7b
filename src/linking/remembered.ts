/**
 * A function whose answers are kept for as long as the objects live that they were given for. What is kept of a mention
 * so is computed once, however often the document around it is edited.
 */
export function remembered<Of extends object, Answer extends object | string>(
  answerFor: (of: Of) => Answer,
): (of: Of) => Answer {
  const answers = new WeakMap<Of, Answer>()
  return (of) => {
    const known = answers.get(of)
    if (known !== undefined) return known
    const answer = answerFor(of)
    answers.set(of, answer)
    return answer
  }
}

/** Whether two lists hold the same objects in the same order, so that what was made of one holds for the other. */
export const areSame = <T>(some: readonly T[], others: readonly T[]): boolean =>
  some.length === others.length && some.every((one, i) => one === others[i])
