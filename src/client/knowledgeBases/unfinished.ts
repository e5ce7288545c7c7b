import { basename } from 'node:path'
import { window } from 'vscode'
import type { UnfinishedImport } from '../../protocol/index.ts'
import { getAgain } from './getCommand.ts'
import { offerUse, runImport } from './importCommand.ts'
import type { Origin } from './library.ts'
import type { KnowledgeBaseParts } from './parts.ts'
import { runTask } from './runTask.ts'

/** Offers to go on with imports that ended with the editor, or with the power. What cannot be gone on with is removed. */
export async function offerUnfinished(parts: KnowledgeBaseParts): Promise<void> {
  const { library } = parts
  if (!(await library.hasBegun())) return
  for (const one of await unfinished(parts)) {
    const origin = await library.originOf(one.out)
    if (origin) await offer(parts, one, origin)
    else await discard(parts, one.out)
  }
}

async function offer(
  parts: KnowledgeBaseParts,
  { out, howFar }: UnfinishedImport,
  origin: Origin,
): Promise<void> {
  const goOn = 'Continue'
  const drop = 'Discard'
  const message = `The import of ${origin.name} was interrupted: ${howFar}.`
  const answer = await window.showInformationMessage(message, goOn, drop)
  if (answer === drop) await discard(parts, out)
  if (answer !== goOn) return
  const again = origin.ontologies.length > 0 ? getAgain : runImport
  const summary = await again(parts, out, origin)
  if (summary) void offerUse(parts, summary)
}

async function discard(parts: KnowledgeBaseParts, out: string): Promise<void> {
  await unfinished(parts, '--discard', basename(out))
  await parts.library.forgetUnmade(out)
}

async function unfinished(
  { script, library }: KnowledgeBaseParts,
  ...more: readonly string[]
): Promise<readonly UnfinishedImport[]> {
  const done = await runTask({ script, args: ['kb', 'unfinished', library.root, ...more] })
  return (done?.result ?? []) as readonly UnfinishedImport[]
}
