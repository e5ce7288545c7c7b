import { QuickInputButtons, window, type Disposable, type QuickInput, type QuickPickItem } from 'vscode'
import type { Answer } from './inOrder.ts'

/** What a question says of itself. */
export interface Question {
  readonly title: string
  readonly placeholder: string
  /** From 1, of `nSteps`; absent for a question beside the way. */
  readonly step?: number
  readonly nSteps?: number
  /** Whether there is a question before this one. */
  readonly canGoBack: boolean
}

/** Asks for one of some items, of which one is suggested: the first, unless another is named. */
export function pickOne<I extends QuickPickItem>(
  question: Question,
  items: readonly I[],
  suggested?: I,
): Promise<Answer<I>> {
  const pick = window.createQuickPick<I>()
  pick.items = items
  if (suggested) pick.activeItems = [suggested]
  pick.matchOnDescription = true
  return ask(pick, question, () => pick.selectedItems[0])
}

/** Asks for some of the items, at least so many; those with `picked` are picked beforehand. */
export function pickSome<I extends QuickPickItem>(
  question: Question,
  items: readonly I[],
  atLeast = 1,
): Promise<Answer<readonly I[]>> {
  const pick = window.createQuickPick<I>()
  pick.canSelectMany = true
  pick.items = items
  pick.selectedItems = items.filter(({ picked }) => picked === true)
  pick.matchOnDescription = true
  return ask(pick, question, () => {
    if (pick.selectedItems.length >= atLeast) return pick.selectedItems
    pick.placeholder = `Pick at least ${atLeast}`
    return undefined
  })
}

/** Asks for a text that is not blank; `whenBlank` says so. */
export function inputText(
  question: Question,
  value: string,
  whenBlank = 'Give it a name.',
): Promise<Answer<string>> {
  const input = window.createInputBox()
  input.value = value
  input.valueSelection = [0, value.length]
  const listening = input.onDidChangeValue(() => (input.validationMessage = undefined))
  return ask(input, question, () => {
    if (input.value.trim() !== '') return input.value.trim()
    input.validationMessage = whenBlank
    return undefined
  }).finally(() => void listening.dispose())
}

interface Asked extends QuickInput {
  placeholder: string | undefined
  buttons: readonly (typeof QuickInputButtons.Back)[]
  readonly onDidAccept: (listener: () => void) => Disposable
  readonly onDidTriggerButton: (listener: (button: unknown) => void) => Disposable
}

/** Shows a question until it is answered; `read` says what is the answer now, if it may be accepted. */
function ask<T>(input: Asked, question: Question, read: () => T | undefined): Promise<Answer<T>> {
  input.title = question.title
  input.placeholder = question.placeholder
  input.step = question.step
  input.totalSteps = question.nSteps
  input.ignoreFocusOut = true
  input.buttons = question.canGoBack ? [QuickInputButtons.Back] : []
  return new Promise((resolve) => {
    const answer = (value: Answer<T>): void => {
      resolve(value)
      input.dispose()
    }
    input.onDidTriggerButton((button) => {
      if (button === QuickInputButtons.Back) answer('back')
    })
    input.onDidAccept(() => {
      const value = read()
      if (value !== undefined) answer({ value })
    })
    input.onDidHide(() => answer(undefined))
    input.show()
  })
}
