import { MessageType, ShowMessageNotification, type Connection } from 'vscode-languageserver'
import type { Messages } from './ports.ts'

const TYPES = { error: MessageType.Error, warning: MessageType.Warning, info: MessageType.Info } as const

/** Messages through the editor: the log, and pop-ups that come once each. */
export function createMessages(connection: Connection): Messages {
  const { console } = connection
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
      // A notification: nobody has to answer, and editors that show nothing do no harm.
      const type = TYPES[severity]
      void connection.sendNotification(ShowMessageNotification.type, {
        type,
        message: `ConceptLens: ${message}`,
      })
    },
  }
  return log
}
