import { commands, window, workspace, type Memento, type TextEditor } from 'vscode'

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
  const { document, viewColumn } = await shownEditor()
  // A tab in preview would give way to the walkthrough.
  await commands.executeCommand('workbench.action.keepEditor')
  await commands.executeCommand('workbench.action.openWalkthrough', WALKTHROUGH, { inactive: true })
  // It may have taken the tab or the front all the same, when the tab had only just been opened.
  await window.showTextDocument(document, {
    preview: false,
    ...(viewColumn === undefined ? {} : { viewColumn }),
  })
}

/** The editor with the document at hand: that which made the extension start may not be shown yet. */
async function shownEditor(): Promise<TextEditor> {
  const isDocument = (editor: TextEditor | undefined): editor is TextEditor =>
    editor !== undefined && editor.document.uri.scheme !== 'output'
  if (isDocument(window.activeTextEditor)) return window.activeTextEditor
  return new Promise((resolve) => {
    const listening = window.onDidChangeActiveTextEditor((editor) => {
      if (!isDocument(editor)) return
      listening.dispose()
      resolve(editor)
    })
  })
}
