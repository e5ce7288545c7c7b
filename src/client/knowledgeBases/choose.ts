import { ConfigurationTarget, window, workspace } from 'vscode'
import { SETTINGS_SECTION } from '../../protocol/index.ts'
import type { KnowledgeBaseParts } from './parts.ts'

const KEY = 'knowledgeBase.path'

/** Where a choice holds. */
export type Reach = 'here' | 'everywhere'

/** The folder of the knowledge base that this window links to; empty for the built-in one. */
export function activePath(): string {
  return workspace.getConfiguration(SETTINGS_SECTION).get<string>(KEY, '')
}

/** Links to a knowledge base from now on, in this workspace or everywhere. Open documents are linked again at once. */
export async function useKnowledgeBase(
  parts: Pick<KnowledgeBaseParts, 'refresh'>,
  path: string,
  reach: Reach,
): Promise<void> {
  const configuration = workspace.getConfiguration(SETTINGS_SECTION)
  const found = configuration.inspect<string>(KEY)
  const inWorkspace = reach === 'here' && workspace.workspaceFolders !== undefined
  if (inWorkspace && !workspace.isTrusted) {
    void window.showWarningMessage(
      'ConceptLens: the settings of a workspace that is not trusted cannot choose a knowledge base. Trust the workspace, or use it everywhere.',
    )
    return
  }
  if (inWorkspace) {
    const isDefault = path === '' && !found?.globalValue
    await configuration.update(KEY, isDefault ? undefined : path, ConfigurationTarget.Workspace)
  } else {
    // What the workspace says would hide the choice.
    if (found?.workspaceValue !== undefined)
      await configuration.update(KEY, undefined, ConfigurationTarget.Workspace)
    await configuration.update(KEY, path === '' ? undefined : path, ConfigurationTarget.Global)
  }
  parts.refresh()
}

/** No setting names this folder any more. */
export async function stopUsing(path: string): Promise<void> {
  const configuration = workspace.getConfiguration(SETTINGS_SECTION)
  const found = configuration.inspect<string>(KEY)
  if (found?.workspaceValue === path)
    await configuration.update(KEY, undefined, ConfigurationTarget.Workspace)
  if (found?.globalValue === path) await configuration.update(KEY, undefined, ConfigurationTarget.Global)
}
