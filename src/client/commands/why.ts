import { commands, window } from 'vscode'
import { CLIENT_COMMANDS } from '../../protocol/index.ts'
import type { Host } from '../host.ts'
import { positionTarget } from './target.ts'

/** Shows, step by step, why the word at the cursor is linked or not; the last step decided. */
export async function why(host: Host, argument?: unknown): Promise<void> {
  const target = positionTarget(host, argument)
  if (!target) return
  const explanation = await host.request('conceptLens/explain', target)
  if (!explanation) return
  const { word, range, steps } = explanation
  host.log.info(
    [`Why is “${word}” (not) linked?`, ...steps.map((step) => `  ${step.reason}: ${step.message}`)].join(
      '\n',
    ),
  )
  const items = steps.map((step, index) => ({
    label: `$(${index === steps.length - 1 ? 'arrow-right' : 'check'}) ${step.message}`,
    description: step.reason,
  }))
  const choose = { label: '$(search) Choose a concept…', description: '' }
  const picked = await window.showQuickPick(range ? [...items, choose] : items, {
    title: word === '' ? 'Why is this not linked?' : `Why is “${word}” (not) linked?`,
    placeHolder: 'The last step decided',
  })
  if (picked === choose)
    await commands.executeCommand(CLIENT_COMMANDS.chooseConcept, { uri: target.uri, range })
}
