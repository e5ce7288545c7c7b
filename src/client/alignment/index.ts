import { join } from 'node:path'
import type { Disposable, ExtensionContext, WebviewPanel } from 'vscode'
import type { Host } from '../host.ts'
import { alignVocabulary, type AlignmentParts } from './alignCommand.ts'
import { keyOf } from './alignmentWork.ts'
import { exportReview } from './exportReview.ts'
import { openReviewPanel } from './reviewPanel.ts'

/** Alignment of the terms of tables: its command, and the reviews that are open. */
export interface Alignment extends Disposable {
  readonly commands: Readonly<Record<'alignVocabulary', (argument?: unknown) => unknown>>
}

/** Makes the command. A table has one tab for its review; aligned anew, it takes the place of the one before. */
export function createAlignment(context: ExtensionContext, host: Host): Alignment {
  const open = new Map<string, WebviewPanel>()
  const parts: AlignmentParts = {
    host,
    script: context.asAbsolutePath('dist/cli.cjs'),
    folder: join(context.globalStorageUri.fsPath, 'alignments'),
    review(work, review) {
      const key = keyOf(work)
      open.get(key)?.dispose()
      const panel = openReviewPanel(
        { host, extension: context.extensionUri, exportReview: (work) => exportReview(parts, work) },
        work,
        review,
      )
      open.set(key, panel)
      panel.onDidDispose(() => {
        if (open.get(key) === panel) open.delete(key)
      })
    },
  }
  return {
    commands: { alignVocabulary: (argument) => alignVocabulary(parts, argument) },
    dispose() {
      for (const panel of open.values()) panel.dispose()
    },
  }
}
