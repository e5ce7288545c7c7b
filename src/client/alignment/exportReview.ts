import { commands, Uri, window } from 'vscode'
import { runAlignment, type AlignmentParts } from './alignCommand.ts'
import { EXPORT_FORMATS, type AlignmentWork, type ExportFormatName } from './alignmentWork.ts'

/** Asks for a format and a file, and writes the table, or its mappings, with all decisions made so far. */
export async function exportReview(
  parts: Pick<AlignmentParts, 'script' | 'folder'>,
  work: AlignmentWork,
): Promise<void> {
  const items = Object.entries(EXPORT_FORMATS).map(([format, { label, detail }]) => ({
    label,
    detail,
    format: format as ExportFormatName,
  }))
  const picked = await window.showQuickPick(items, {
    title: 'Export Alignment',
    placeHolder: 'What to write',
  })
  if (!picked) return
  const { format } = picked
  const { end } = EXPORT_FORMATS[format]
  const target = await window.showSaveDialog({
    title: 'Export Alignment',
    saveLabel: 'Export',
    defaultUri: Uri.file(work.table.replace(/([.](csv|tsv|tab|xlsx|gz))+$/i, '') + end),
  })
  if (!target) return
  const summary = await runAlignment(parts, work, { out: target.fsPath, format })
  if (!summary) return
  const name = target.path.slice(target.path.lastIndexOf('/') + 1)
  const rest = summary.review === 0 ? '' : ` ${summary.review} are still to review.`
  void offerOpen(target, `Exported ${summary.nTerms} terms to ${name}.${rest}`)
}

async function offerOpen(target: Uri, message: string): Promise<void> {
  const open = 'Open'
  if ((await window.showInformationMessage(message, open)) === open)
    await commands.executeCommand('vscode.open', target)
}
