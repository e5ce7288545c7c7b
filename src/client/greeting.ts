import { commands, workspace, type Memento } from 'vscode'

/** The walkthrough that package.json contributes: extension, `#`, walkthrough. */
export const WALKTHROUGH = 'conceptlens.conceptlens#conceptLens.start'

/**
 * Opens the walkthrough when ConceptLens runs for the first time, behind the manuscript that is open.
 * People who want no walkthroughs of new extensions say so in a setting of VS Code's own.
 */
export async function greetOnce(memory: Memento): Promise<void> {
  const wanted = workspace.getConfiguration('workbench.welcomePage.walkthroughs').get('openOnInstall', true)
  if (!wanted || memory.get('greeted', false)) return
  await memory.update('greeted', true)
  // A tab in preview would give way to the walkthrough.
  await commands.executeCommand('workbench.action.keepEditor')
  await commands.executeCommand('workbench.action.openWalkthrough', WALKTHROUGH, { inactive: true })
}
