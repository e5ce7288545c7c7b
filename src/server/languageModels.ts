import { addUsage, NO_USAGE, type LanguageModel, type LanguageModelUsage } from '../core/index.ts'
import { readServerAddress } from '../network/index.ts'
import type { Assets, LanguageModelChoice, Messages } from './ports.ts'
import { createShelf, type Opened, type Shelf } from './shelf.ts'

/** Language models that settings name, opened when they are first needed, and what they cost. */
export interface LanguageModels extends Shelf<LanguageModelChoice, LanguageModel> {
  /**
   * Opens a model; none for no choice. While a person is asked whether text may leave the machine, and after they said no,
   * there is none, and no problem either: links are not kept waiting for the answer.
   */
  get(choice: LanguageModelChoice | undefined): Promise<Opened<LanguageModel>>
  readonly onUse: (usage: LanguageModelUsage, ms: number) => void
  /** What they have cost so far, or why they are not asked, as a sentence; `undefined` when there is nothing to tell. */
  state(): string | undefined
}

/** What {@link createLanguageModels} needs. */
export interface LanguageModelsParts {
  readonly assets: Pick<Assets, 'openLanguageModel'>
  readonly messages: Messages
  /** Asks a person; false when they do not say yes. */
  readonly confirm: (message: string, yes: string) => Promise<boolean>
  /** The editor's own model; `undefined` when this editor has none to offer. */
  readonly editorModel: (model: string) => LanguageModel | undefined
  /** The person answered. */
  readonly onAnswer: () => void
}

/** Before text goes to somebody the first time in a session, the person is asked. */
export function createLanguageModels(parts: LanguageModelsParts): LanguageModels {
  const { messages, editorModel } = parts
  let spent = NO_USAGE
  let spentMs = 0
  /** What the person said of each receiver of text. */
  const consents = new Map<string, 'asked' | 'yes' | 'no'>()
  /** Whom the choice of now would send text to. */
  let receiver: string | undefined

  const shelf = createShelf<LanguageModelChoice, LanguageModel>(async (choice) => {
    try {
      const value = await openModel(choice, parts)
      messages.info(`Language model ${value.name} is asked about uncertain mentions.`)
      return { value }
    } catch (error) {
      return failed(error, messages)
    }
  })

  async function ask(whom: string): Promise<void> {
    consents.set(whom, 'asked')
    // An editor that cannot ask has not allowed anything.
    const isAllowed = await parts.confirm(question(whom), 'Send Text').catch(() => false)
    consents.set(whom, isAllowed ? 'yes' : 'no')
    if (!isAllowed) messages.show('info', REFUSED)
    parts.onAnswer()
  }

  return {
    ...shelf,
    get(choice) {
      const isOffered = choice?.use !== 'editor' || editorModel(choice.model) !== undefined
      receiver = choice && isOffered ? receiverOf(choice) : undefined
      if (!choice) return Promise.resolve({})
      if (receiver === undefined || consents.get(receiver) === 'yes') return shelf.get(choice)
      if (!consents.has(receiver)) void ask(receiver)
      return Promise.resolve({})
    },
    onUse(usage, ms) {
      spent = addUsage(spent, usage)
      spentMs += ms
      messages.info(costOf('Asked the language model:', usage, ms))
    },
    state() {
      const said = consents.get(receiver ?? '')
      if (said === 'asked') return WAITING
      if (said === 'no') return REFUSED
      return spent.calls > 0 ? costOf('Language model:', spent, spentMs) : undefined
    },
  }
}

const WAITING =
  'The language model is not asked before you answer in a notification (the bell in the corner) whether text may be sent.'

const REFUSED =
  'The language model is not asked, as you did not allow that text leaves this machine. To be asked again, run “ConceptLens: Restart Server”.'

const question = (receiver: string): string =>
  `ConceptLens: paragraphs of your manuscripts with uncertain mentions would be sent to ${receiver}. Send them while this window is open?`

/** Whom text would be sent to; `undefined` when it stays on this machine, or goes nowhere because the address is wrong. */
function receiverOf(choice: LanguageModelChoice): string | undefined {
  if (choice.use === 'folder') return undefined
  if (choice.use === 'editor')
    return `the editor’s language model${choice.model === '' ? '' : ` (${choice.model})`}, which may run elsewhere`
  try {
    const { host, isLoopback } = readServerAddress(choice.address, choice.allowedHosts)
    return isLoopback ? undefined : `the language model on ${host}`
  } catch {
    return undefined
  }
}

function failed(error: unknown, messages: Messages): Opened<LanguageModel> {
  const reason = error instanceof Error ? error.message : String(error)
  const problem = `The language model is not asked: ${reason}`
  messages.show('warning', `${problem} Links are made without it.`)
  return { problem }
}

async function openModel(
  choice: LanguageModelChoice,
  { assets, editorModel }: LanguageModelsParts,
): Promise<LanguageModel> {
  if (choice.use !== 'editor') return assets.openLanguageModel(choice)
  const model = editorModel(choice.model)
  if (model) return model
  throw new Error(
    'This editor offers no language models. Take "folder" or "server" in conceptLens.generative.use.',
  )
}

function costOf(
  begin: string,
  { calls, promptTokens, reusedTokens, writtenTokens, cutQuestions }: LanguageModelUsage,
  ms: number,
): string {
  const number = (value: number): string => value.toLocaleString('en')
  const tokens = [
    promptTokens > 0 ? `${number(promptTokens)} tokens read` : '',
    reusedTokens > 0 ? `${number(reusedTokens)} known from before` : '',
    writtenTokens > 0 ? `${number(writtenTokens)} written` : '',
    cutQuestions > 0 ? `${number(cutQuestions)} cut to what the model reads` : '',
  ].filter(Boolean)
  return `${begin} ${number(calls)} question${calls === 1 ? '' : 's'}, ${[...tokens, `${(ms / 1000).toFixed(1)}\u00a0s`].join(', ')}.`
}
