import type { CancellationToken } from './ports.ts'

/** What a model reads. */
export interface Prompt {
  /** As a person would say it; templates of chat are the model's own business. */
  readonly prompt: string
  /** What may be left out of the prompt where it is longer than the model reads. Absent: nothing. */
  readonly context?: PromptContext
}

/** A question whose answer is one of a few letters. */
export interface LetterQuestion extends Prompt {
  /** The letters that may come next: `['A', 'B', 'C']`. */
  readonly letters: readonly string[]
}

/** A part of a prompt that may be cut from both ends. Offsets are UTF-16 code units of the prompt, `start ≤ around ≤ end`. */
export interface PromptContext {
  readonly start: number
  readonly end: number
  /** What stands next to this offset is kept longest. */
  readonly around: number
}

/** What a language model says next. */
export type LetterAnswer =
  /**
   * For each letter the logarithm of the probability that it is the next token, among all tokens that there are; −∞ when
   * it is not among those that the model tells of. Their powers need not sum to 1: a model may want to say something else.
   */
  | { readonly kind: 'probabilities'; readonly logProbabilities: readonly number[] }
  /** From a model that tells no probabilities: the letter that it wrote. */
  | { readonly kind: 'letter'; readonly letter: string }
  /** It wrote something else, or would all but surely have. */
  | { readonly kind: 'other'; readonly text: string }
  /** It could not be asked this, for example because the question is too long; other questions have their answers. */
  | { readonly kind: 'unanswered'; readonly reason: string }

/** What asking cost. */
export interface LanguageModelUsage {
  readonly calls: number
  /** Tokens of the questions, without those that the model still knew; 0 where it does not tell. */
  readonly promptTokens: number
  /** Tokens of questions that it had read before and did not read again. */
  readonly reusedTokens: number
  readonly writtenTokens: number
  /** Questions whose context was cut because the model reads no more; 0 where it does not tell. */
  readonly cutQuestions: number
}

/** A text that a language model wrote. */
export interface WrittenText {
  readonly text: string
  /** It wrote as much as it was allowed to, or had room for, so that the end may be missing; `false` where it does not tell. */
  readonly isCut: boolean
  /** Why it could not be asked this, for example because the prompt is too long; the text is then empty. */
  readonly unanswered?: string
  readonly usage: LanguageModelUsage
}

/** Answers in the order of the questions. */
export interface LetterAnswers {
  readonly answers: readonly LetterAnswer[]
  readonly usage: LanguageModelUsage
}

/**
 * A causal language model, wherever it runs. It is asked at temperature 0: the same question has the same answer. Calls
 * reject with `CancelledError` when cancelled, and with `ConceptLensError` when the model cannot answer.
 */
export interface LanguageModel {
  /** For people. */
  readonly name: string
  /** Changes with the model; part of cache keys. */
  readonly fingerprint: string
  /** Asks in one go what begins alike, so that the beginning is read once. */
  choose(questions: readonly LetterQuestion[], token?: CancellationToken): Promise<LetterAnswers>
  /** Lets it write at most so many tokens, and no more than its window has room for; a prompt's context makes room first. */
  write(prompt: Prompt, maxTokens: number, token?: CancellationToken): Promise<WrittenText>
  /** Ends what it holds. Calls under way reject with `CancelledError`. */
  dispose(): Promise<void>
}

export const NO_USAGE: LanguageModelUsage = {
  calls: 0,
  promptTokens: 0,
  reusedTokens: 0,
  writtenTokens: 0,
  cutQuestions: 0,
}

/** What two askings cost together. */
export function addUsage(a: LanguageModelUsage, b: LanguageModelUsage): LanguageModelUsage {
  return {
    calls: a.calls + b.calls,
    promptTokens: a.promptTokens + b.promptTokens,
    reusedTokens: a.reusedTokens + b.reusedTokens,
    writtenTokens: a.writtenTokens + b.writtenTokens,
    cutQuestions: a.cutQuestions + b.cutQuestions,
  }
}

/** What models that think aloud say before they answer. */
const THOUGHTS = /<think>[^]*?(?:<\/think>|$)/g

/** An answer without the thoughts of a model that thinks aloud; empty when it did not come to an end with them. */
export const withoutThoughts = (answer: string): string => answer.replace(THOUGHTS, '')

/** The letter in a text that a model wrote: the first word, when it is one of them (`B`, `(B)`, `B. asthma`). */
export function readLetter(text: string, letters: readonly string[]): LetterAnswer {
  const [, letter] = /^[^\p{L}\p{N}]*(\p{L})(?![\p{L}\p{N}])/u.exec(text) ?? []
  return letter !== undefined && letters.includes(letter)
    ? { kind: 'letter', letter }
    : { kind: 'other', text }
}
