/// <reference lib="dom" />
import type { TraceNews, TraceRequest } from '../../protocol/index.ts'
import { showTrace } from './page.ts'

/** The page that draws the way of a passage, in a frame of the editor's own: it knows one trace at a time. */
declare function acquireVsCodeApi(): {
  postMessage(request: TraceRequest): void
}

const editor = acquireVsCodeApi()
window.addEventListener('message', ({ data }: MessageEvent<TraceNews>) => {
  const root = document.getElementById('trace')
  if (root) showTrace(root, data.trace, () => editor.postMessage({ kind: 'copy' }))
})
editor.postMessage({ kind: 'ready' })
