import {
  CancellationError,
  CancellationTokenSource,
  LanguageModelChatMessage,
  LanguageModelError,
  lm,
  type CancellationToken,
  type LanguageModelChat,
} from 'vscode'
import type { AskLanguageModelParams, AskLanguageModelResult } from '../protocol/index.ts'

/** VS Code shows it when it asks whether ConceptLens may use the model. */
const JUSTIFICATION =
  'ConceptLens asks it which concept an uncertain mention of your manuscript means, and sends the paragraph around it.'

/** Asks the editor's language model question after question; what it cannot do is told as a sentence. */
export async function askEditorModel(
  { model, prompts, mostChars }: AskLanguageModelParams,
  token: CancellationToken,
): Promise<AskLanguageModelResult> {
  const all = await lm.selectChatModels()
  const chosen = all.find((one) => model === '' || [one.vendor, one.family, one.id].includes(model))
  if (!chosen) return { problem: noModel(model, all) }
  try {
    const answers: string[] = []
    for (const prompt of prompts) answers.push(await answerOf(chosen, { prompt, mostChars }, token))
    return { name: chosen.name, answers }
  } catch (error) {
    if (token.isCancellationRequested) throw new CancellationError()
    const reason = error instanceof Error ? error.message : String(error)
    const code = error instanceof LanguageModelError ? ` (${error.code})` : ''
    return { problem: `${chosen.name} does not answer: ${reason}${code}. Choose another model, or ask none.` }
  }
}

/** What the model writes, as far as it is wanted: then it is told to stop. */
async function answerOf(
  model: LanguageModelChat,
  { prompt, mostChars }: { readonly prompt: string; readonly mostChars: number },
  token: CancellationToken,
): Promise<string> {
  const enough = new CancellationTokenSource()
  const passingOn = token.onCancellationRequested(() => enough.cancel())
  try {
    const response = await model.sendRequest(
      [LanguageModelChatMessage.User(prompt)],
      { justification: JUSTIFICATION },
      enough.token,
    )
    let text = ''
    for await (const piece of response.text) {
      text += piece
      if (text.length >= mostChars) break
    }
    return text.slice(0, mostChars)
  } finally {
    enough.cancel()
    passingOn.dispose()
    enough.dispose()
  }
}

function noModel(wanted: string, all: readonly LanguageModelChat[]): string {
  const found =
    wanted === ''
      ? 'The editor offers no language model.'
      : `The editor offers no language model “${wanted}”.`
  const has = all.map(({ vendor, family }) => `${vendor}/${family}`).join(', ')
  return `${found} ${has === '' ? 'Install an extension that brings one' : `It offers ${has}`}; conceptLens.generative.editorModel says which is taken.`
}
