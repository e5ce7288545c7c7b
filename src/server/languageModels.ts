import { addUsage, NO_USAGE, type LanguageModel, type LanguageModelUsage } from '../core/index.ts'
import { readServerAddress } from '../network/index.ts'
import type { Assets, LanguageModelChoice, Messages } from './ports.ts'
import { createShelf, type Opened, type Shelf } from './shelf.ts'

/** Language models that settings name, opened when they are first needed, and what they cost. */
export interface LanguageModels extends Shelf<LanguageModelChoice, LanguageModel> {
  readonly onUse: (usage: LanguageModelUsage, ms: number) => void
  /** What they have cost so far, as a sentence; `undefined` when none was asked. */
  cost(): string | undefined
}

/** What {@link createLanguageModels} needs. */
export interface LanguageModelsParts {
  readonly assets: Pick<Assets, 'openLanguageModel'>
  readonly messages: Messages
  /** Asks a person; false when they do not say yes. */
  readonly confirm: (message: string, yes: string) => Promise<boolean>
  /** The editor's own model; `undefined` when this editor has none to offer. */
  readonly editorModel: (model: string) => LanguageModel | undefined
}

/** Before text leaves the machine the first time in a session, the person is asked. */
export function createLanguageModels(parts: LanguageModelsParts): LanguageModels {
  const { messages } = parts
  let spent = NO_USAGE
  let spentMs = 0

  const shelf = createShelf<LanguageModelChoice, LanguageModel>(async (choice) => {
    try {
      const value = await openModel(choice, parts)
      messages.info(`Language model ${value.name} is asked about uncertain mentions.`)
      return { value }
    } catch (error) {
      return failed(error, messages)
    }
  })

  return {
    ...shelf,
    onUse(usage, ms) {
      spent = addUsage(spent, usage)
      spentMs += ms
      messages.info(costOf('Asked the language model:', usage, ms))
    },
    cost: () => (spent.calls === 0 ? undefined : costOf('Language model:', spent, spentMs)),
  }
}

function failed(error: unknown, messages: Messages): Opened<LanguageModel> {
  const reason = error instanceof Error ? error.message : String(error)
  const problem = `The language model is not asked: ${reason}`
  messages.show('warning', `${problem} Links are made without it.`)
  return { problem }
}

async function openModel(choice: LanguageModelChoice, parts: LanguageModelsParts): Promise<LanguageModel> {
  const { assets, confirm, editorModel } = parts
  if (choice.use === 'folder') return assets.openLanguageModel(choice)
  if (choice.use === 'server') {
    // Says which hosts are allowed before anybody is asked.
    const { host, isLoopback } = readServerAddress(choice.address, choice.allowedHosts)
    if (!isLoopback) await consent(`the language model on ${host}`, confirm)
    return assets.openLanguageModel(choice)
  }
  const model = editorModel(choice.model)
  if (!model)
    throw new Error(
      'This editor offers no language models. Take "folder" or "server" in conceptLens.generative.use.',
    )
  await consent(
    `the editor’s language model${choice.model === '' ? '' : ` (${choice.model})`}, which may run elsewhere`,
    confirm,
  )
  return model
}

async function consent(receiver: string, confirm: LanguageModelsParts['confirm']): Promise<void> {
  const message = `ConceptLens: paragraphs of your manuscripts with uncertain mentions would be sent to ${receiver}. Send them while this window is open?`
  if (!(await confirm(message, 'Send Text')))
    throw new Error(
      'you did not allow that text leaves this machine. Change conceptLens.generative.use, or restart the server to be asked again.',
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
  return `${begin} ${number(calls)} question${calls === 1 ? '' : 's'}, ${[...tokens, `${(ms / 1000).toFixed(1)} s`].join(', ')}.`
}
