import { join } from 'node:path'
import { Disposable, window, workspace, type ExtensionContext } from 'vscode'
import { SETTINGS_SECTION } from '../../protocol/index.ts'
import type { Host } from '../host.ts'
import { getOntologies } from './getCommand.ts'
import { importKnowledgeBase } from './importCommand.ts'
import { createLibrary } from './library.ts'
import { addKnowledgeBase, removeKnowledgeBase, updateKnowledgeBase, use } from './manage.ts'
import type { KnowledgeBaseParts } from './parts.ts'
import { offerUnfinished } from './unfinished.ts'
import { createView, type KnowledgeBasesView } from './view.ts'

const VIEW = 'conceptLens.knowledgeBases'

type Command = (argument?: unknown) => unknown

/** The knowledge bases of this machine: their view, and the commands on them. */
export interface KnowledgeBases extends Disposable {
  readonly commands: Readonly<
    Record<
      | 'importKnowledgeBase'
      | 'getOntologies'
      | 'addKnowledgeBase'
      | 'useKnowledgeBaseHere'
      | 'useKnowledgeBaseEverywhere'
      | 'updateKnowledgeBase'
      | 'removeKnowledgeBase'
      | 'refreshKnowledgeBases',
      Command
    >
  >
}

/** Shows the view and makes its commands. */
export function createKnowledgeBases(context: ExtensionContext, host: Host): KnowledgeBases {
  const parts: KnowledgeBaseParts = {
    host,
    library: createLibrary(join(context.globalStorageUri.fsPath, 'knowledge-bases'), context.globalState),
    downloads: join(context.globalStorageUri.fsPath, 'downloads'),
    script: context.asAbsolutePath('dist/cli.cjs'),
    folderOf: (path) => (path === '' ? context.asAbsolutePath('dist/starter-kb') : path),
    refresh: () => view.refresh(),
  }
  const view: KnowledgeBasesView = createView(parts)
  const tree = window.createTreeView(VIEW, { treeDataProvider: view })
  // A command of the palette is about the selected line; keys pass nothing.
  const selected = (argument: unknown): unknown => argument ?? tree.selection[0]
  const disposable = Disposable.from(
    view,
    tree,
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(`${SETTINGS_SECTION}.knowledgeBase.path`)) view.refresh()
    }),
  )
  offerUnfinished(parts).catch((error: unknown) => host.log.error(String(error)))
  return {
    commands: {
      importKnowledgeBase: (argument) => importKnowledgeBase(parts, argument),
      getOntologies: (argument) => getOntologies(parts, argument),
      addKnowledgeBase: () => addKnowledgeBase(parts),
      useKnowledgeBaseHere: (argument) => use(parts, 'here', argument),
      useKnowledgeBaseEverywhere: (argument) => use(parts, 'everywhere', argument),
      updateKnowledgeBase: (argument) => updateKnowledgeBase(parts, argument),
      removeKnowledgeBase: (argument) =>
        removeKnowledgeBase(parts, tree.visible ? selected(argument) : argument),
      refreshKnowledgeBases: () => view.refresh(),
    },
    dispose: () => void disposable.dispose(),
  }
}
