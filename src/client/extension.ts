import { window, workspace, type ExtensionContext } from 'vscode'
import { SETTINGS_SECTION } from '../protocol/index.ts'
import { createAlignment } from './alignment/index.ts'
import { registerCommands } from './commands/index.ts'
import { createConnection } from './connection.ts'
import { greetOnce } from './greeting.ts'
import { createHost } from './host.ts'
import { offerGitAttributes } from './gitAttributes.ts'
import { createKnowledgeBases } from './knowledgeBases/index.ts'
import { createPerformance } from './performance.ts'
import { createUmlsKey } from './umlsKey.ts'
import { createStatus } from './status.ts'
import { reportVisibleRanges } from './visibleRanges.ts'

/** Called by VS Code when a manuscript is opened or a command is run. */
export async function activate(context: ExtensionContext): Promise<void> {
  const log = window.createOutputChannel('ConceptLens', { log: true })
  const host = createHost(() => createConnection(context, log), log)
  const knowledgeBases = createKnowledgeBases(context, host)
  const umlsKey = createUmlsKey(context, host)
  const alignment = createAlignment(context, host)
  const performance = createPerformance(host)
  context.subscriptions.push(
    log,
    host,
    knowledgeBases,
    umlsKey,
    alignment,
    performance,
    createStatus(host),
    reportVisibleRanges(host),
    offerGitAttributes(host, context.workspaceState),
    ...registerCommands(host, context.extensionUri, {
      ...knowledgeBases.commands,
      ...umlsKey.commands,
      ...alignment.commands,
      ...performance.commands,
    }),
  )
  context.subscriptions.push(
    workspace.onDidChangeConfiguration((change) => {
      // The languages decide which documents the server is told of; that is fixed when it starts.
      if (change.affectsConfiguration(`${SETTINGS_SECTION}.languages`)) void host.restart()
    }),
  )
  context.subscriptions.push(workspace.onDidGrantWorkspaceTrust(() => host.notify('conceptLens/trusted', {})))
  void greetOnce(context.globalState).catch((error: unknown) => log.warn(`The walkthrough: ${String(error)}`))
  await host.start()
}
