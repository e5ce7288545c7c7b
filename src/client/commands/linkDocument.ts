import { ProgressLocation, window } from 'vscode'
import type { Host } from '../host.ts'
import { documentTarget } from './target.ts'

/** Links the whole document now, even when linking is off, and says what came of it. */
export async function linkDocument(host: Host, argument?: unknown): Promise<void> {
  const uri = documentTarget(host, argument)
  if (uri === undefined) return
  const summary = await window.withProgress(
    { location: ProgressLocation.Notification, title: 'Linking concepts…', cancellable: true },
    (_progress, token) => cancellable(host.request('conceptLens/linkDocument', { uri }, token), token),
  )
  if (!summary) return
  for (const problem of summary.problems) host.log.warn(problem)
  window.setStatusBarMessage(`ConceptLens: ${summary.nShown} mentions linked`, 5000)
}

/** The answer, or `undefined` when it was cancelled. */
export async function cancellable<T>(
  answer: Promise<T>,
  token: { readonly isCancellationRequested: boolean },
): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (token.isCancellationRequested) return undefined
    throw error
  }
}
