import * as v from 'valibot'

/** What a language model answered. */
export interface Completion {
  readonly text: string
  /**
   * The tokens of the text, each with what else might have stood there. `undefined` when the server tells no probabilities,
   * as many do not.
   */
  readonly tokens?: readonly TokenChoice[]
  /** It had more to say than was allowed. */
  readonly isCut: boolean
  /** What it cost, in tokens; 0 where the server does not tell. */
  readonly usage: TokenUsage
}

/** Tokens read and written. */
export interface TokenUsage {
  readonly promptTokens: number
  /** Of those read, which the server still knew. */
  readonly cachedTokens: number
  readonly completionTokens: number
}

/** A token and its logarithm of probability, at most 0. */
export interface TokenProbability {
  readonly token: string
  readonly logProbability: number
}

/** A token that was chosen. */
export interface TokenChoice extends TokenProbability {
  /** The likeliest tokens at its place, itself among them unless it was unlikely; the likeliest first. */
  readonly alternatives: readonly TokenProbability[]
}

const probability = v.object({ token: v.string(), logprob: v.pipe(v.number(), v.maxValue(1e-3)) })

/** As the Chat Completions API has it; llama.cpp uses it for completions, too. */
const contentSchema = v.object({
  content: v.array(v.object({ ...probability.entries, top_logprobs: v.optional(v.array(probability), []) })),
})

/** As the older Completions API has it. */
const columnsSchema = v.object({
  tokens: v.array(v.string()),
  token_logprobs: v.array(v.nullable(v.number())),
  top_logprobs: v.nullish(v.array(v.nullable(v.record(v.string(), v.number())))),
})

const usageSchema = v.object({
  prompt_tokens: v.optional(v.number(), 0),
  completion_tokens: v.optional(v.number(), 0),
  prompt_tokens_details: v.nullish(v.object({ cached_tokens: v.nullish(v.number()) })),
})

const choiceSchema = v.object({
  message: v.optional(v.object({ content: v.nullish(v.string()) })),
  text: v.optional(v.string()),
  finish_reason: v.nullish(v.string()),
  logprobs: v.optional(v.unknown()),
})

const answerSchema = v.object({
  choices: v.pipe(v.array(choiceSchema), v.minLength(1)),
  usage: v.nullish(usageSchema),
})

/** Reads the body of an answer. @throws when it is no completion, in words that follow "the answer is no completion:" */
export function readCompletion(body: unknown): Completion {
  const { choices, usage } = v.parse(answerSchema, body)
  const [choice] = choices
  const tokens = tokensOf(choice?.logprobs)
  return {
    text: choice?.message?.content ?? choice?.text ?? '',
    ...(tokens ? { tokens } : {}),
    isCut: choice?.finish_reason === 'length',
    usage: {
      promptTokens: usage?.prompt_tokens ?? 0,
      cachedTokens: usage?.prompt_tokens_details?.cached_tokens ?? 0,
      completionTokens: usage?.completion_tokens ?? 0,
    },
  }
}

/** Probabilities that cannot be read are taken for none: the text may be all that is wanted. */
function tokensOf(found: unknown): readonly TokenChoice[] | undefined {
  const content = v.safeParse(contentSchema, found)
  if (content.success)
    return nonEmpty(
      content.output.content.map(({ token, logprob, top_logprobs: top }) => ({
        token,
        logProbability: logprob,
        alternatives: likeliestFirst(top.map((one) => ({ token: one.token, logProbability: one.logprob }))),
      })),
    )
  const columns = v.safeParse(columnsSchema, found)
  if (!columns.success) return undefined
  const { tokens, token_logprobs: own, top_logprobs: top } = columns.output
  return nonEmpty(
    tokens.map((token, i) => ({
      token,
      logProbability: own[i] ?? 0,
      alternatives: likeliestFirst(
        Object.entries(top?.[i] ?? {}).map(([other, logProbability]) => ({ token: other, logProbability })),
      ),
    })),
  )
}

const nonEmpty = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined)

const likeliestFirst = (list: readonly TokenProbability[]): readonly TokenProbability[] =>
  list.toSorted((a, b) => b.logProbability - a.logProbability)
