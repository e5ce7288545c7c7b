import {
  CancelledError,
  NO_USAGE,
  type CancellationToken,
  type LanguageModel,
  type LetterAnswer,
  type LetterQuestion,
} from '../../src/core/index.ts'

/** A language model that answers as a test says, and remembers what it was asked. */
export interface LetterModel extends LanguageModel {
  /** Every call of `choose`. */
  readonly calls: readonly (readonly LetterQuestion[])[]
  readonly prompts: readonly string[]
}

/** The lines of a question's options without their letters: the last one is "None of the above". */
export function optionsOf({ prompt, letters }: LetterQuestion): readonly string[] {
  const lines = prompt.slice(prompt.lastIndexOf('\nOptions:\n')).split('\n')
  return letters.map((letter) => lines.find((line) => line.startsWith(`${letter}. `))?.slice(3) ?? '')
}

/** A model that answers each question by a function; a thrown error is a failing call. */
export function letterModel(
  answer: (question: LetterQuestion) => LetterAnswer,
  write: (prompt: string) => string = () => '',
): LetterModel {
  const calls: (readonly LetterQuestion[])[] = []
  const prompts: string[] = []
  const check = (token: CancellationToken | undefined): void => {
    if (token?.isCancellationRequested) throw new CancelledError()
  }
  const usage = (n: number) => ({ ...NO_USAGE, calls: n, promptTokens: 10 * n })
  return {
    ...{ name: 'double', fingerprint: 'double', calls, prompts },
    choose(questions, token) {
      return Promise.resolve().then(() => {
        check(token)
        calls.push(questions)
        return { answers: questions.map(answer), usage: usage(questions.length) }
      })
    },
    write({ prompt }, _maxTokens, token) {
      return Promise.resolve().then(() => {
        check(token)
        prompts.push(prompt)
        return { text: write(prompt), isCut: false, usage: usage(1) }
      })
    },
    dispose: () => Promise.resolve(),
  }
}

/** Answers with probabilities that depend on what an option says, not on where it stands. */
export function byText(chanceOf: (option: string) => number): (question: LetterQuestion) => LetterAnswer {
  return (question) => {
    const chances = optionsOf(question).map(chanceOf)
    const sum = chances.reduce((a, b) => a + b, 0)
    return { kind: 'probabilities', logProbabilities: chances.map((chance) => Math.log(chance / sum)) }
  }
}
