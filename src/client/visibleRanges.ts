import { Disposable, window, type Range, type TextEditor } from 'vscode'
import type { WireRange } from '../protocol/index.ts'
import type { Host } from './host.ts'

/** Scrolling reports at most this often. */
const DELAY_MS = 60

/** Tells the server what is on the screen, so that it is linked first. */
export function reportVisibleRanges(host: Host): Disposable {
  const timers = new Map<string, NodeJS.Timeout>()

  function report(editor: TextEditor): void {
    const uri = editor.document.uri.toString()
    if (!host.handles(editor.document) || timers.has(uri)) return
    const send = (): void => {
      timers.delete(uri)
      host.notify('conceptLens/visibleRanges', { uri, ranges: editor.visibleRanges.map(toWire) })
    }
    timers.set(uri, setTimeout(send, DELAY_MS))
  }

  window.visibleTextEditors.forEach(report)
  return Disposable.from(
    window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => report(textEditor)),
    window.onDidChangeVisibleTextEditors((editors) => editors.forEach(report)),
    new Disposable(() => timers.forEach(clearTimeout)),
  )
}

function toWire(range: Range): WireRange {
  const { start, end } = range
  return {
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  }
}
