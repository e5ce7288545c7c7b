import type { Connection } from 'vscode-languageserver'
import type { Messages } from './ports.ts'

/** Messages through the editor: the log, and pop-ups that come once each. */
export function createMessages({ console, window }: Connection): Messages {
  const shown = new Set<string>()
  const log: Messages = {
    error: (message) => console.error(message),
    warn: (message) => console.warn(message),
    info: (message) => console.info(message),
    debug: (message) => console.debug(message),
    show(severity, message) {
      log[severity === 'warning' ? 'warn' : severity](message)
      if (shown.has(message)) return
      shown.add(message)
      const text = `ConceptLens: ${message}`
      if (severity === 'error') window.showErrorMessage(text)
      else if (severity === 'warning') window.showWarningMessage(text)
      else window.showInformationMessage(text)
    },
  }
  return log
}
