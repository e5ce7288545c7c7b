import { CANCEL_TASK, type TaskEvent } from '../protocol/index.ts'
import { exitStatus } from './exitStatus.ts'

/** Tells whoever started this process with a channel (the editor); without one there is only the terminal. */
export function tellParent(event: TaskEvent): void {
  if (process.connected) process.send?.(event)
}

/**
 * Calls back when the parent wants the work to stop. When the parent is gone nobody does, but nobody waits either: the
 * process ends at once, as if it were killed, so that an import or a download can be gone on with later.
 */
export function onParentCancel(stop: () => void): void {
  if (!process.connected) return
  process.once('disconnect', () => process.exit(exitStatus.someFailed))
  process.on('message', (message) => {
    if (message === CANCEL_TASK) stop()
  })
}

/** Lets the process end: an open channel would keep it. */
export function leaveParent(): void {
  process.removeAllListeners('disconnect')
  if (process.connected) process.disconnect()
}
