import { join } from 'node:path'
import { Disposable, window, workspace, type ExtensionContext } from 'vscode'
import { SETTINGS_SECTION } from '../protocol/index.ts'
import type { Host } from './host.ts'
import { readHttpSettings, serverNetwork } from './knowledgeBases/networkSettings.ts'

const SECRET = 'conceptLens.utsKey'
const SETTING = 'umls.definitions'

/** The person's key for the UMLS: kept in VS Code's store for secrets, told to the server, never written elsewhere. */
export interface UmlsKey extends Disposable {
  readonly commands: Readonly<Record<'storeUmlsKey' | 'forgetUmlsKey', () => Promise<void>>>
}

export function createUmlsKey(context: ExtensionContext, host: Host): UmlsKey {
  async function tell(): Promise<void> {
    const key = await context.secrets.get(SECRET)
    const http = workspace.getConfiguration('http')
    host.notify('conceptLens/umls', {
      ...(key === undefined ? {} : { key }),
      cacheFolder: join(context.globalStorageUri.fsPath, 'definitions'),
      network: serverNetwork(readHttpSettings((name, defaultValue) => http.get(name, defaultValue))),
    })
  }
  const tellOrLog = (): void => {
    tell().catch((error: unknown) => host.log.warn(`The key for the UMLS cannot be read: ${String(error)}`))
  }
  const listening = Disposable.from(
    host.onStart(tellOrLog),
    context.secrets.onDidChange(({ key }) => {
      if (key === SECRET) tellOrLog()
    }),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('http')) tellOrLog()
    }),
  )
  return {
    commands: {
      async storeUmlsKey() {
        const key = await window.showInputBox({
          title: 'Store UMLS Key',
          prompt:
            'Your key from https://uts.nlm.nih.gov/uts/profile. It is kept in the secret store of this machine.',
          password: true,
          ignoreFocusOut: true,
          validateInput: (text) => (text.trim() === '' ? 'Paste your key.' : undefined),
        })
        if (key === undefined) return
        await context.secrets.store(SECRET, key.trim())
        await offerSetting()
      },
      async forgetUmlsKey() {
        await context.secrets.delete(SECRET)
        window.setStatusBarMessage('ConceptLens: the UMLS key is forgotten', 5000)
      },
    },
    dispose: () => void listening.dispose(),
  }
}

/** A key alone fetches nothing: the setting is off until a person switches it on. */
async function offerSetting(): Promise<void> {
  const configuration = workspace.getConfiguration(SETTINGS_SECTION)
  if (configuration.get(SETTING, false)) return
  const on = 'Switch On'
  const question =
    'The key is stored. Fetch definitions of UMLS concepts when you hover over them? Only the CUI of the concept is sent.'
  if ((await window.showInformationMessage(question, on, 'Not Now')) === on)
    await configuration.update(SETTING, true, true)
}
