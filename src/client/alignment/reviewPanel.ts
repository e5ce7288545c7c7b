import { appendFile, mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Uri, ViewColumn, window, type WebviewPanel } from 'vscode'
import type { AlignmentReview, ReviewNews, ReviewRequest } from '../../protocol/index.ts'
import { createConceptSearch } from '../conceptSearch.ts'
import type { Host } from '../host.ts'
import { pageOf } from '../webviewPage.ts'
import type { AlignmentWork } from './alignmentWork.ts'
import { createReviewSession, type ReviewSession } from './reviewSession.ts'

/** What a panel of review works with. */
export interface ReviewPanelParts {
  readonly host: Host
  /** Where the extension lies. */
  readonly extension: Uri
  /** Writes what was decided to a file that a person chooses. */
  readonly exportReview: (work: AlignmentWork) => Promise<void>
}

/** Decisions on terms, below the folder of the table: every table of the folder shares them. */
const DECISIONS_FILE = join('.conceptlens', 'alignment.jsonl')

/** Opens a tab with the terms of a table. */
export function openReviewPanel(
  parts: ReviewPanelParts,
  work: AlignmentWork,
  review: AlignmentReview,
): WebviewPanel {
  const dist = Uri.joinPath(parts.extension, 'dist')
  const panel = window.createWebviewPanel(
    'conceptLens.review',
    `Review ${basename(work.table)}`,
    ViewColumn.Active,
    // Where a person is in a long list would be lost each time the tab is left.
    { enableScripts: true, localResourceRoots: [dist], retainContextWhenHidden: true },
  )
  const session = createReviewSession(review, {
    append: (line) => appendLine(join(dirname(work.table), DECISIONS_FILE), line),
    nowMs: Date.now,
  })
  const tell = (news: ReviewNews): void => void panel.webview.postMessage(news)
  const answer = answerer({ ...parts, work, session, tell })
  panel.webview.onDidReceiveMessage((request: ReviewRequest) => {
    answer(request).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error)
      parts.host.log.error(`Review of ${work.table}: ${message}`)
      void window.showErrorMessage(`ConceptLens: ${message}`)
    })
  })
  panel.webview.html = pageOf(panel.webview, dist, { name: 'review', title: 'Review' })
  return panel
}

interface Answering extends ReviewPanelParts {
  readonly work: AlignmentWork
  readonly session: ReviewSession
  readonly tell: (news: ReviewNews) => void
}

function answerer({ host, work, session, tell, exportReview }: Answering) {
  const search = createConceptSearch(host, {
    show: (items, text) => tell({ kind: 'found', text, items }),
    busy: () => undefined,
  })
  return async (request: ReviewRequest): Promise<void> => {
    switch (request.kind) {
      case 'ready':
        tell({ kind: 'review', review: session.review })
        return
      case 'decide':
        return session.decide(request.index, request.person)
      case 'undo': {
        const undone = await session.undo()
        if (!undone) return tell({ kind: 'nothing-to-undo' })
        return tell({ kind: 'undone', ...undone })
      }
      case 'search':
        return search.type(request.text)
      case 'export':
        await session.saved()
        return exportReview(work)
    }
  }
}

async function appendLine(path: string, line: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await appendFile(path, line)
}
