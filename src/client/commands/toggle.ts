import { commands, ConfigurationTarget, window, workspace, type QuickPickItem, type Uri } from 'vscode'
import { CLIENT_COMMANDS, SETTINGS_SECTION } from '../../protocol/index.ts'
import type { Host } from '../host.ts'

interface Action extends QuickPickItem {
  run(): Thenable<unknown>
}

/** Switches linking on or off: for this workspace, or for good. */
export async function toggle(): Promise<void> {
  const picked = await window.showQuickPick(switchActions(activeUri()), { title: 'ConceptLens' })
  await picked?.run()
}

/** What a click on the status bar offers. */
export async function menu(host: Host): Promise<void> {
  const uri = activeUri()
  const linking = host.status?.document?.state === 'linking'
  const actions: Action[] = [
    action('$(sync) Link this document now', () => commands.executeCommand(CLIENT_COMMANDS.linkDocument)),
    ...(linking && uri ? [action('$(debug-stop) Stop linking this document', () => cancel(host, uri))] : []),
    ...switchActions(uri),
    action('$(export) Export BioC XML…', () => commands.executeCommand(CLIENT_COMMANDS.exportBioc)),
    action('$(dashboard) Show the performance report', () =>
      commands.executeCommand(CLIENT_COMMANDS.showPerformance),
    ),
    action('$(output) Show the log', () => commands.executeCommand(CLIENT_COMMANDS.showLog)),
    action('$(gear) Settings', () =>
      commands.executeCommand('workbench.action.openSettings', SETTINGS_SECTION),
    ),
    action('$(debug-restart) Restart the server', () =>
      commands.executeCommand(CLIENT_COMMANDS.restartServer),
    ),
  ]
  const picked = await window.showQuickPick(actions, {
    title: 'ConceptLens',
    placeHolder: await describe(host),
  })
  await picked?.run()
}

function switchActions(uri: Uri | undefined): Action[] {
  const isOn = workspace.getConfiguration(SETTINGS_SECTION, uri).get<boolean>('enable', true)
  const word = isOn ? 'off' : 'on'
  const icon = isOn ? '$(circle-slash)' : '$(check)'
  const inWorkspace = action(`${icon} Switch ${word} in this workspace`, () =>
    setEnabled(!isOn, ConfigurationTarget.Workspace),
  )
  const forGood = action(`${icon} Switch ${word} everywhere`, () =>
    setEnabled(!isOn, ConfigurationTarget.Global),
  )
  return workspace.workspaceFolders ? [inWorkspace, forGood] : [forGood]
}

/** Also takes away what narrower places say, so that the switch has the effect it names. */
async function setEnabled(value: boolean, target: ConfigurationTarget): Promise<void> {
  const configuration = workspace.getConfiguration(SETTINGS_SECTION)
  // In a window with one folder, its settings are those of the workspace.
  const folders = workspace.workspaceFile ? (workspace.workspaceFolders ?? []) : []
  for (const { uri } of folders) {
    const inFolder = workspace.getConfiguration(SETTINGS_SECTION, uri)
    if (inFolder.inspect('enable')?.workspaceFolderValue !== undefined)
      await inFolder.update('enable', undefined, ConfigurationTarget.WorkspaceFolder)
  }
  const inWorkspace = configuration.inspect('enable')?.workspaceValue
  if (target === ConfigurationTarget.Global && inWorkspace !== undefined)
    await configuration.update('enable', undefined, ConfigurationTarget.Workspace)
  await configuration.update('enable', value, target)
}

async function describe(host: Host): Promise<string> {
  try {
    const { knowledgeBase, model, problems } = await host.request('conceptLens/info', {})
    const kb =
      knowledgeBase && `${knowledgeBase.name} (${knowledgeBase.nConcepts.toLocaleString('en')} concepts)`
    return [kb, model && `${model.name} on ${model.provider}`, ...problems].filter(Boolean).join(' · ')
  } catch {
    return 'The language server does not answer; restart it.'
  }
}

function cancel(host: Host, uri: Uri): Promise<void> {
  host.notify('conceptLens/cancel', { uri: uri.toString() })
  return Promise.resolve()
}

function activeUri(): Uri | undefined {
  return window.activeTextEditor?.document.uri
}

function action(label: string, run: () => Thenable<unknown>): Action {
  return { label, run }
}
