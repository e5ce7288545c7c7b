import { commands, window } from 'vscode'
import { CLIENT_COMMANDS } from '../../protocol/index.ts'
import type { Host } from '../host.ts'
import { positionTarget } from './target.ts'

/** Says, step by step, why the word at the cursor is linked or not; the last step decided. */
export async function why(host: Host, argument?: unknown): Promise<void> {
  const target = positionTarget(host, argument)
  if (!target) return
  const explanation = await host.request('conceptLens/explain', target)
  if (!explanation) return
  const { word, range, steps } = explanation
  const question = word === '' ? 'Why is nothing linked here?' : `Why is “${word}” (not) linked?`
  const detail = steps
    .map(({ message }, index) => (steps.length > 1 ? `${index + 1}. ${message}` : message))
    .join('\n')
  host.log.info(`${question}\n${detail}`)
  const choose = 'Choose a Concept…'
  // A line may end anywhere but before a percent sign.
  const options = { modal: true, detail: detail.replaceAll(/(?<=\d) %/g, '\u00a0%') }
  const picked = await window.showInformationMessage(question, options, ...(range ? [choose] : []))
  if (picked === choose)
    await commands.executeCommand(CLIENT_COMMANDS.chooseConcept, { uri: target.uri, range })
}
