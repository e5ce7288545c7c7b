import { CancelledError, NO_USAGE } from '../../../core/index.ts'
import type { LetterAnswer, LetterAnswers, LetterQuestion, Prompt, WrittenText } from '../../../core/index.ts'
import type { GenerativeFolder } from '../../generative/modelFolder.ts'
import { tooLong, unfit } from '../../generative/modelFolder.ts'
import type { Checkpoint } from '../encoder.ts'
import type { Cache, CausalModel, Pass } from './causalModel.ts'
import { fitQuestion } from './fitQuestion.ts'

/** A loaded language model that answers questions. `checkpoint` is awaited between passes and may throw to stop. */
export interface GenerativeModel {
  choose(questions: readonly LetterQuestion[], checkpoint: Checkpoint): Promise<LetterAnswers>
  write(prompt: Prompt, maxTokens: number, checkpoint: Checkpoint): Promise<WrittenText>
}

/**
 * Tokens of a pass. Older exports compute logits for each, which for 128 tokens and a vocabulary of 150,000 are 77 MB.
 */
const MOST_AT_ONCE = 128

/** How vocabularies spell a letter that begins a word: byte-level BPE, and SentencePiece. */
const SPACES = ['', 'Ġ', '▁']

/** What was read last: the beginning of the next question is often the same. */
interface Kept {
  readonly ids: readonly number[]
  readonly cache: Cache
}

export function createGenerativeModel(
  model: CausalModel,
  { folder, maxTokens, endIds }: GenerativeFolder,
): GenerativeModel {
  const idsOfLetters = new Map<string, readonly number[]>()
  let kept: Kept | undefined

  function idsOf(letter: string): readonly number[] {
    const known = idsOfLetters.get(letter)
    if (known) return known
    const ids = SPACES.flatMap((space) => model.idOf(`${space}${letter}`) ?? [])
    if (ids.length === 0) throw unfit(folder, `its vocabulary has no token for the letter ${letter}`)
    idsOfLetters.set(letter, ids)
    return ids
  }

  /** Reads one question. What fails here need not fail for the next one. */
  async function answer(
    { ids, letters, isAlone }: { ids: readonly number[]; letters: readonly string[]; isAlone: boolean },
    checkpoint: Checkpoint,
  ): Promise<{ answer: LetterAnswer; nKnown: number }> {
    const known = knownOf(ids)
    const nKnown = known?.ids.length ?? 0
    const { logits, cache } = await read(ids.slice(nKnown), known?.cache, checkpoint)
    if (isAlone) kept = { ids, cache }
    return { answer: answerOf(logits, letters.map(idsOf)), nKnown }
  }

  async function read(
    ids: readonly number[],
    before: Cache | undefined,
    checkpoint: Checkpoint,
  ): Promise<Pass> {
    let pass: Pass | undefined
    for (let from = 0; from < ids.length; from += MOST_AT_ONCE) {
      await checkpoint()
      pass = await model.read(ids.slice(from, from + MOST_AT_ONCE), pass?.cache ?? before)
    }
    if (!pass) throw unfit(folder, 'a question has no tokens')
    return pass
  }

  /** What was read of the beginning of some tokens; never all of them, so that there is something to read. */
  function knownOf(ids: readonly number[]): Kept | undefined {
    if (!kept) return undefined
    const n = Math.min(commonLength([kept.ids, ids]), ids.length - 1)
    const cache = n > 0 ? model.cut(kept.cache, n) : undefined
    return cache && { ids: ids.slice(0, n), cache }
  }

  /** Reads what all questions begin with, unless it was read before. */
  async function readShared(ids: readonly number[], checkpoint: Checkpoint): Promise<Kept | undefined> {
    const known = knownOf(ids)
    const { cache } = await read(ids.slice(known?.ids.length ?? 0), known?.cache, checkpoint)
    kept = { ids, cache }
    return known
  }

  return {
    async choose(questions, checkpoint) {
      const fitted = questions.map((question) =>
        fitQuestion(question, (prompt) => model.encode(prompt), maxTokens - 1),
      )
      const encoded = fitted.flatMap(({ fits, ids }) => (fits ? [ids] : []))
      const shortest = Math.min(...encoded.map(({ length }) => length))
      const shared = encoded[0]?.slice(0, Math.min(commonLength(encoded), shortest - 1)) ?? []
      let [promptTokens, reusedTokens] = [0, 0]
      if (encoded.length > 1 && shared.length > 0) {
        const known = await readShared(shared, checkpoint)
        // What the first question needs of it counts as read; all others reuse it.
        promptTokens += shared.length - (known?.ids.length ?? 0)
        reusedTokens += (known?.ids.length ?? 0) - shared.length
      }
      const answers: LetterAnswer[] = []
      const failures: unknown[] = []
      for (const [i, { ids, fits }] of fitted.entries()) {
        if (!fits) {
          answers.push(unanswered(tooLong(folder, ids.length + 1, maxTokens)))
          continue
        }
        try {
          const asked = { ids, letters: questions[i]?.letters ?? [], isAlone: encoded.length === 1 }
          const one = await answer(asked, checkpoint)
          answers.push(one.answer)
          promptTokens += ids.length - one.nKnown
          reusedTokens += one.nKnown
        } catch (error) {
          if (error instanceof CancelledError) throw error
          answers.push(unanswered(error))
          failures.push(error)
        }
      }
      if (failures.length > 0 && failures.length === encoded.length) throw failures[0]
      const cutQuestions = fitted.filter(({ fits, isCut }) => fits && isCut).length
      const usage = { calls: encoded.length, promptTokens, reusedTokens, writtenTokens: 0, cutQuestions }
      return { answers, usage }
    },
    async write(prompt, most, checkpoint) {
      // A context is cut until there is room for all that may be written.
      const readable = maxTokens - (prompt.context ? most : 1)
      const { ids, fits, isCut } = fitQuestion(prompt, (text) => model.encode(text), readable)
      if (!fits) return unwritten(tooLong(folder, ids.length + maxTokens - readable, maxTokens))
      const room = Math.min(most, maxTokens - ids.length)
      const known = knownOf(ids)
      let pass = await read(ids.slice(known?.ids.length ?? 0), known?.cache, checkpoint)
      kept = { ids, cache: pass.cache }
      const written: number[] = []
      for (;;) {
        const next = indexOfLargest(pass.logits)
        if (endIds.includes(next)) break
        written.push(next)
        if (written.length >= room) break
        pass = await read([next], pass.cache, checkpoint)
      }
      const reusedTokens = known?.ids.length ?? 0
      const usage = {
        ...{ calls: 1, reusedTokens, promptTokens: ids.length - reusedTokens },
        writtenTokens: written.length,
        cutQuestions: isCut ? 1 : 0,
      }
      return { text: model.decode(written), isCut: written.length >= room, usage }
    },
  }
}

function unanswered(error: unknown): LetterAnswer {
  return { kind: 'unanswered', reason: error instanceof Error ? error.message : String(error) }
}

const unwritten = (error: Error): WrittenText => ({
  ...{ text: '', isCut: false, usage: NO_USAGE },
  unanswered: error.message,
})

/** How many tokens all of the lists begin with. */
function commonLength(lists: readonly (readonly number[])[]): number {
  const [first = [], ...others] = lists
  const differs = first.findIndex((id, i) => others.some((other) => other[i] !== id))
  return differs < 0 ? first.length : differs
}

function answerOf(logits: Float32Array, letters: readonly (readonly number[])[]): LetterAnswer {
  const all = logSumExp(logits)
  return {
    kind: 'probabilities',
    logProbabilities: letters.map((ids) => logSumExp(ids.map((id) => logits[id] ?? -Infinity)) - all),
  }
}

function logSumExp(values: ArrayLike<number> & Iterable<number>): number {
  let most = -Infinity
  for (const value of values) most = Math.max(most, value)
  let sum = 0
  for (const value of values) sum += Math.exp(value - most)
  return most + Math.log(sum)
}

function indexOfLargest(values: Float32Array): number {
  let best = 0
  for (let i = 1; i < values.length; i += 1) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i
  return best
}
