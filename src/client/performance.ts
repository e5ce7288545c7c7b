import {
  commands,
  env,
  ProgressLocation,
  ViewColumn,
  window,
  type Disposable,
  type WebviewPanel,
} from 'vscode'
import { CLIENT_COMMANDS, performanceText, type PerformanceReport } from '../protocol/index.ts'
import { cancellable } from './commands/linkDocument.ts'
import type { Host } from './host.ts'
import { performancePage } from './performancePage.ts'

/** The report of performance: a page in the editor, and its commands. */
export interface Performance extends Disposable {
  readonly commands: Readonly<
    Record<'showPerformance' | 'measurePerformance' | 'copyPerformance', () => Promise<void>>
  >
}

/** Makes the {@link Performance} page; it is opened with its command. */
export function createPerformance(host: Host): Performance {
  let panel: WebviewPanel | undefined

  function show(report: PerformanceReport): void {
    if (!panel) {
      panel = window.createWebviewPanel(
        'conceptLens.performance',
        'ConceptLens Performance',
        ViewColumn.Active,
        {
          enableScripts: false,
          enableFindWidget: true,
          enableCommandUris: [CLIENT_COMMANDS.measurePerformance, CLIENT_COMMANDS.copyPerformance],
          localResourceRoots: [],
        },
      )
      panel.onDidDispose(() => (panel = undefined))
    }
    panel.webview.html = performancePage(report)
    panel.reveal()
  }

  const report = () => host.request('conceptLens/performance', { rerun: false })

  return {
    commands: {
      showPerformance: async () => show(await report()),
      async measurePerformance() {
        const title = 'Trying what runs the model best on this machine…'
        const measured = await window.withProgress(
          { location: ProgressLocation.Notification, title, cancellable: true },
          (_progress, token) =>
            cancellable(host.request('conceptLens/performance', { rerun: true }, token), token),
        )
        if (!measured) return
        show(measured)
        await offerRestart()
      },
      async copyPerformance() {
        await env.clipboard.writeText(performanceText(await report()))
        window.setStatusBarMessage('ConceptLens: the report was copied', 5000)
      },
    },
    dispose() {
      panel?.dispose()
    },
  }
}

/** What a trial found is used from the next start, so that nobody's links are made anew while they write. */
async function offerRestart(): Promise<void> {
  const restart = 'Restart the Server'
  const picked = await window.showInformationMessage(
    'ConceptLens: what the trial found is used from the next start.',
    restart,
  )
  if (picked === restart) await commands.executeCommand(CLIENT_COMMANDS.restartServer)
}
