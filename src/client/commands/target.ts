import { TabInputText, window, workspace, type Range, type TextEditor } from 'vscode'
import type { PositionParams, RangeParams, WireRange } from '../../protocol/index.ts'
import type { Host } from '../host.ts'

/** What a command is about: its argument when a hover or quick fix gave one, else the selection of the active editor. */
export function rangeTarget(host: Host, argument: unknown): RangeParams | undefined {
  if (isRangeParams(argument)) return argument
  const editor = activeManuscript(host)
  return editor && { uri: editor.document.uri.toString(), range: toWire(editor.selection) }
}

/** As {@link rangeTarget}, for a single position. */
export function positionTarget(host: Host, argument: unknown): PositionParams | undefined {
  if (isPositionParams(argument)) return argument
  const target = rangeTarget(host, argument)
  return target && { uri: target.uri, position: target.range.start }
}

/** The document a command is about: as {@link rangeTarget}, else the only manuscript that is open. */
export function documentTarget(host: Host, argument: unknown): string | undefined {
  if (isRecord(argument) && typeof argument.uri === 'string') return argument.uri
  const active = window.activeTextEditor?.document
  if (active && host.handles(active)) return active.uri.toString()
  const [only, ...others] = openManuscripts(host)
  if (only && others.length === 0) return only
  askForManuscript()
  return undefined
}

/** URIs of the manuscripts that have a tab, as when a walkthrough stands before them. */
function openManuscripts(host: Host): readonly string[] {
  const inTabs = window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.flatMap(({ input }) => (input instanceof TabInputText ? input.uri.toString() : [])),
  )
  const manuscripts = workspace.textDocuments.filter((document) => host.handles(document))
  return manuscripts.map(({ uri }) => uri.toString()).filter((uri) => inTabs.includes(uri))
}

function activeManuscript(host: Host): TextEditor | undefined {
  const editor = window.activeTextEditor
  if (editor && host.handles(editor.document)) return editor
  askForManuscript()
  return undefined
}

function askForManuscript(): void {
  void window.showInformationMessage(
    'ConceptLens links Markdown, LaTeX, Quarto, R Markdown and text files. Open one of them first; "ConceptLens: Languages" in the settings adds others.',
  )
}

function toWire({ start, end }: Range): WireRange {
  return {
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  }
}

function isRangeParams(value: unknown): value is RangeParams {
  return isRecord(value) && typeof value.uri === 'string' && isRecord(value.range)
}

function isPositionParams(value: unknown): value is PositionParams {
  return isRecord(value) && typeof value.uri === 'string' && isRecord(value.position)
}

/** Whether a command's argument is an object; VS Code passes a URI or nothing when a menu runs it. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
