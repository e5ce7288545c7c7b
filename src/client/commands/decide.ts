import { window } from 'vscode'
import type { DecideParams, DecideResult, DecisionScope, RangeParams } from '../../protocol/index.ts'
import type { Host } from '../host.ts'
import { isRecord, positionTarget, rangeTarget } from './target.ts'

/** Records the author's choice and offers to undo it. */
export async function decide(host: Host, params: DecideParams): Promise<void> {
  const result = await host.request('conceptLens/decide', params)
  // Not awaited: the command is done when the decision is kept, not when its message is closed.
  void report(host, result, params).catch((error: unknown) => host.log.error(String(error)))
}

/** Says that the mention at the cursor is not a concept. */
export async function notConcept(host: Host, scope: DecisionScope, argument?: unknown): Promise<void> {
  const target: RangeParams | undefined = rangeTarget(host, argument)
  if (target) await decide(host, { uri: target.uri, range: target.range, scope })
}

/** Takes back the decision at the cursor, else the latest of the document. */
export async function undoDecision(host: Host, argument?: unknown): Promise<void> {
  const explicit = isRecord(argument) && isRecord(argument.position)
  const target = positionTarget(host, argument)
  if (!target) return
  const result = await host.request('conceptLens/undo', explicit ? target : { uri: target.uri })
  show(result)
}

async function report(host: Host, result: DecideResult, { uri }: RangeParams): Promise<void> {
  if (!result.done) return show(result)
  const undo = 'Undo'
  if ((await window.showInformationMessage(result.message, undo)) === undo) {
    show(await host.request('conceptLens/undo', { uri }))
  }
}

function show({ done, message }: DecideResult): void {
  if (done) window.setStatusBarMessage(`ConceptLens: ${message}`, 5000)
  else void window.showWarningMessage(`ConceptLens: ${message}`)
}
