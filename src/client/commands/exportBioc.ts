import { commands, ProgressLocation, Uri, window, workspace } from 'vscode'
import type { Host } from '../host.ts'
import { writeTogether, type OutputFile } from '../writeTogether.ts'
import { cancellable } from './linkDocument.ts'
import { documentTarget, isRecord } from './target.ts'

/** Exports what the editor shows as BioC XML: asks where, confirms overwriting, writes whole files or none. */
export async function exportBioc(host: Host, argument?: unknown): Promise<void> {
  const uri = documentTarget(host, argument)
  if (uri === undefined) return
  const target = (await givenTarget(argument)) ?? (await askTarget(Uri.parse(uri)))
  if (!target) return
  const exported = await window.withProgress(
    { location: ProgressLocation.Notification, title: 'Exporting BioC XML…', cancellable: true },
    (_progress, token) =>
      cancellable(host.request('conceptLens/export', { uri, format: 'bioc-xml' }, token), token),
  )
  if (!exported) return
  const files: OutputFile[] = [{ uri: target, content: exported.content }]
  for (const [name, content] of Object.entries(exported.companions)) {
    const uri = Uri.joinPath(target, '..', name)
    if (await mayWrite(uri, content)) files.push({ uri, content })
  }
  try {
    await writeTogether(files, workspace.fs)
  } catch (error) {
    host.log.error(`Export to ${target.toString()} failed: ${String(error)}`)
    void window.showErrorMessage(
      `ConceptLens could not write ${nameOf(target)}: ${String(error)}. Nothing was lost; free some space or choose another folder, and export again.`,
    )
    return
  }
  void offerOpen(target, exported.nAnnotations)
}

async function offerOpen(target: Uri, nAnnotations: number): Promise<void> {
  const open = 'Open'
  const message = `Exported ${nAnnotations} ${nAnnotations === 1 ? 'annotation' : 'annotations'} to ${nameOf(target)}.`
  if ((await window.showInformationMessage(message, open)) === open)
    await commands.executeCommand('vscode.open', target)
}

/** Other extensions may say where: `{uri, target}`. */
async function givenTarget(argument: unknown): Promise<Uri | undefined> {
  if (!isRecord(argument) || typeof argument.target !== 'string') return undefined
  const target = Uri.parse(argument.target)
  if (!(await exists(target))) return target
  return (await confirmOverwrite(target)) ? target : undefined
}

function askTarget(source: Uri): Thenable<Uri | undefined> {
  return window.showSaveDialog({
    title: 'Export BioC XML',
    saveLabel: 'Export',
    defaultUri: suggestedTarget(source),
    filters: { 'BioC XML': ['xml'] },
  })
}

function suggestedTarget(source: Uri): Uri {
  const stem = nameOf(source).replace(/\.[^.]+$/, '') || 'manuscript'
  const folder =
    source.scheme === 'untitled' ? workspace.workspaceFolders?.[0]?.uri : Uri.joinPath(source, '..')
  return Uri.joinPath(folder ?? Uri.file('/'), `${stem}.bioc.xml`)
}

async function mayWrite(file: Uri, content: string): Promise<boolean> {
  if (!(await exists(file))) return true
  const old = new TextDecoder().decode(await workspace.fs.readFile(file))
  return old !== content && (await confirmOverwrite(file))
}

async function confirmOverwrite(file: Uri): Promise<boolean> {
  const replace = 'Replace'
  const message = `${nameOf(file)} exists already. Replace it?`
  return (await window.showWarningMessage(message, { modal: true }, replace)) === replace
}

async function exists(file: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(file)
    return true
  } catch {
    return false
  }
}

function nameOf(uri: Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1)
}
