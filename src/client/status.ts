import { commands, Disposable, StatusBarAlignment, ThemeColor, window, type StatusBarItem } from 'vscode'
import { CLIENT_COMMANDS, type DocumentStatus, type StatusParams } from '../protocol/index.ts'
import type { Host } from './host.ts'

const BUSY_DELAY_MS = 400

/** Shows in the status bar what ConceptLens does with the active document; a click opens the menu. */
export function createStatus(host: Host): Disposable {
  const item = window.createStatusBarItem('conceptLens.status', StatusBarAlignment.Right, 90)
  item.name = 'ConceptLens'
  item.command = CLIENT_COMMANDS.menu
  const byDocument = new Map<string, DocumentStatus>()
  let timer: NodeJS.Timeout | undefined

  function update(): void {
    const document = window.activeTextEditor?.document
    const isManuscript = document !== undefined && host.handles(document)
    void commands.executeCommand('setContext', 'conceptLens.isManuscript', isManuscript)
    if (!isManuscript) return item.hide()
    const { status } = host
    const known = byDocument.get(document.uri.toString())
    show(item, status && { ...status, ...(known ? { document: known } : {}) })
  }

  update()
  return Disposable.from(
    item,
    host.onStatus(({ document }) => {
      if (document) byDocument.set(document.uri, document)
      clearTimeout(timer)
      // What is over in a moment, as after a keystroke, is not shown.
      const isBusy = document?.state === 'waiting' || document?.state === 'linking'
      timer = isBusy ? setTimeout(update, BUSY_DELAY_MS) : undefined
      if (!isBusy) update()
    }),
    new Disposable(() => clearTimeout(timer)),
    window.onDidChangeActiveTextEditor(update),
  )
}

function show(item: StatusBarItem, status: StatusParams | undefined): void {
  item.text = textOf(status)
  item.tooltip = tooltipOf(status)
  item.backgroundColor =
    status?.server === 'limited' ? new ThemeColor('statusBarItem.warningBackground') : undefined
  item.show()
}

function textOf(status: StatusParams | undefined): string {
  if (!status || status.server === 'starting') return '$(loading~spin) ConceptLens'
  const { document } = status
  switch (document?.state) {
    case undefined:
      return '$(link) ConceptLens'
    case 'off':
      return '$(circle-slash) ConceptLens'
    case 'waiting':
    case 'linking':
      return `$(sync~spin) ConceptLens ${document?.nDone ?? 0}/${document?.nPassages ?? 0}`
    case 'linked': {
      const lowPower = status.lowPower === undefined ? '' : ' · low power'
      return `${status.server === 'limited' ? '$(warning)' : '$(link)'} ConceptLens ${document?.nShown ?? 0}${lowPower}`
    }
  }
}

function tooltipOf(status: StatusParams | undefined): string {
  if (!status || status.server === 'starting') return 'ConceptLens is opening its knowledge base and model.'
  const { document, message, lowPower, languageModel } = status
  const lines = {
    off: 'ConceptLens is off here.',
    waiting: 'Waiting to link this document.',
    linking: `Linking passage ${document?.nDone ?? 0} of ${document?.nPassages ?? 0}.`,
    linked: `${document?.nShown ?? 0} mentions linked.`,
  }
  return [
    document ? lines[document.state] : 'ConceptLens is ready.',
    languageModel,
    message,
    lowPower,
    'Click for more.',
  ]
    .filter(Boolean)
    .join('\n')
}
