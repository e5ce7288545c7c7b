import { ConceptLensError } from '../../core/index.ts'

const EXCERPT_CHARS = 200

/** Makes the errors about one server, which all name its address and what to do. */
export function failuresOf(base: string): ServerFailures {
  const failure = (code: string, message: string, cause?: unknown): ConceptLensError =>
    new ConceptLensError(code, `The language model at ${base} ${message}`, { cause })
  return {
    timedOut: (ms) =>
      failure(
        'lm-timeout',
        `did not answer within ${ms / 1000} s. Take a smaller model, or give it more time (conceptLens.languageModel.timeout, --lm-timeout).`,
      ),
    unreachable: (error) =>
      failure(
        'lm-unreachable',
        `cannot be reached (${wordsOf(error)}). Is the server running, and is the address right?`,
        error,
      ),
    cut: (error) =>
      failure('lm-cut', `broke off its answer (${wordsOf(error)}). See the server's own log.`, error),
    tooLarge: (bytes) =>
      failure(
        'lm-too-large',
        `sends more than the ${bytes / 2 ** 20} MiB that an answer may have. Is it a server for language models?`,
      ),
    unreadable: (error, text) =>
      failure(
        'lm-answer',
        `sent an answer that is no completion: ${wordsOf(error)}. It begins with ${JSON.stringify(excerpt(text))}. The address must be that of an OpenAI-compatible interface, for example http://127.0.0.1:11434/v1.`,
        error,
      ),
    refused: (status, text, models) => refusal(failure, { status, text, models }),
  }
}

/** See {@link failuresOf}. */
export interface ServerFailures {
  timedOut(ms: number): ConceptLensError
  /** Before anything of an answer came. */
  unreachable(error: unknown): ConceptLensError
  /** In the middle of an answer. */
  cut(error: unknown): ConceptLensError
  tooLarge(bytes: number): ConceptLensError
  unreadable(error: unknown, text: string): ConceptLensError
  /** @param models what the server has, when it told */
  refused(status: number, text: string, models: readonly string[] | undefined): ConceptLensError
}

function refusal(
  failure: (code: string, message: string) => ConceptLensError,
  {
    status,
    text,
    models,
  }: { readonly status: number; readonly text: string; readonly models: readonly string[] | undefined },
): ConceptLensError {
  const said = saidIn(text)
  const found = `answers with status ${status}${said === '' ? '' : ` (${said})`}`
  if (status === 401 || status === 403)
    return failure('lm-refused', `${found}. Put the server's key into the variable CONCEPTLENS_LM_KEY.`)
  if (status >= 300 && status < 400)
    return failure(
      'lm-redirect',
      `${found}: it sends us elsewhere, and text is sent to no other address than yours. Give the final one.`,
    )
  if (status === 429 || status === 503)
    return failure('lm-busy', `${found}. It is busy or still loading; try again later.`)
  if (status >= 500) return failure('lm-failed', `${found}. See the server's own log.`)
  const has = models ? ` It has ${models.length === 0 ? 'no models' : models.join(', ')}.` : ''
  return failure(
    'lm-request',
    `${found}.${has} Check the address and the name of the model (conceptLens.languageModel.model, --lm-model).`,
  )
}

/** The message of an error in OpenAI's form, `{error: {message}}`, Ollama's, `{error}`, or the beginning of what came. */
function saidIn(text: string): string {
  try {
    const { error, message } = JSON.parse(text) as { error?: unknown; message?: unknown }
    const inner = typeof error === 'object' && error !== null && 'message' in error ? error.message : error
    const said = inner ?? message
    return excerpt(typeof said === 'string' ? said : text)
  } catch {
    return excerpt(text)
  }
}

function excerpt(text: string): string {
  const line = text
    .slice(0, 4 * EXCERPT_CHARS)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.]$/, '')
  return line.length > EXCERPT_CHARS ? `${line.slice(0, EXCERPT_CHARS)}…` : line
}

function wordsOf(error: unknown): string {
  const said = error instanceof Error ? error.message.trim() : String(error)
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  return excerpt(said === '' ? code || 'no reason is known' : said)
}
