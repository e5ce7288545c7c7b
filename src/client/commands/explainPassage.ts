import { env, Uri, ViewColumn, window, type WebviewPanel } from 'vscode'
import type { PassageTrace, TraceNews, TraceRequest } from '../../protocol/index.ts'
import type { Host } from '../host.ts'
import { pageOf } from '../webviewPage.ts'
import { positionTarget } from './target.ts'

/** Shows the way of a passage through the pipeline in a tab beside the manuscript; another passage takes the same tab. */
export function createPassagePage(host: Host, extension: Uri): (argument?: unknown) => Promise<void> {
  let panel: WebviewPanel | undefined
  let shown: PassageTrace | undefined

  function tell(): void {
    if (shown)
      void panel?.webview.postMessage({
        kind: 'trace',
        trace: shown,
      } satisfies TraceNews)
  }

  async function copy(): Promise<void> {
    await env.clipboard.writeText(`${JSON.stringify(shown, null, 2)}\n`)
    void window.setStatusBarMessage('ConceptLens: copied as JSON', 3000)
  }

  function open(): WebviewPanel {
    const dist = Uri.joinPath(extension, 'dist')
    const made = window.createWebviewPanel(
      'conceptLens.trace',
      'Explain Passage',
      { viewColumn: ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, localResourceRoots: [dist] },
    )
    made.webview.onDidReceiveMessage(({ kind }: TraceRequest) => (kind === 'copy' ? copy() : tell()))
    made.onDidDispose(() => (panel = undefined))
    made.webview.html = pageOf(made.webview, dist, {
      name: 'trace',
      title: 'Explain Passage',
    })
    return made
  }

  return async (argument) => {
    const target = positionTarget(host, argument)
    if (!target) return
    const trace = await host.request('conceptLens/trace', target)
    if (!trace) {
      void window.showInformationMessage(
        'ConceptLens: there is no prose here. Put the cursor into a paragraph; markup, math, code and comments are not linked.',
      )
      return
    }
    shown = trace
    if (panel) panel.reveal(undefined, true)
    else panel = open()
    tell()
  }
}
