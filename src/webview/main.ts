/// <reference lib="dom" />
import type { ReviewNews, ReviewRequest } from '../protocol/index.ts'
import { showReview } from './page.ts'

/** The page of review, in a frame of the editor's own: it knows terms and decisions, and asks the editor for the rest. */
declare function acquireVsCodeApi(): { postMessage(request: ReviewRequest): void }

const editor = acquireVsCodeApi()
let heard: ((news: ReviewNews) => void) | undefined

window.addEventListener('message', ({ data }: MessageEvent<ReviewNews>) => {
  const root = document.getElementById('review')
  if (data.kind !== 'review') heard?.(data)
  else if (root) heard = showReview(root, data.review, (request) => editor.postMessage(request))
})
editor.postMessage({ kind: 'ready' })
