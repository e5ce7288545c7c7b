/** The suite that runs inside the extension host. One file per thing a user does. */
import * as vscode from 'vscode'
import './activation.suite.ts'
import './linking.suite.ts'
import './decisions.suite.ts'
import './export.suite.ts'
import './settings.suite.ts'

/** Nothing of the suite stays open for the pictures that follow. */
after(async () => {
  for (let i = 0; i < 50 && vscode.window.tabGroups.all.some(({ tabs }) => tabs.length > 0); i++) {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor')
  }
})
