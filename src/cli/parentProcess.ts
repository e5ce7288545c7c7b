import { CANCEL_TASK, type TaskEvent } from '../protocol/index.ts'

/** Tells whoever started this process with a channel (the editor); without one there is only the terminal. */
export function tellParent(event: TaskEvent): void {
  if (process.connected) process.send?.(event)
}

/** Calls back when the parent wants the work to stop, or is gone. */
export function onParentCancel(stop: () => void): void {
  if (!process.connected) return
  process.once('disconnect', stop)
  process.on('message', (message) => {
    if (message === CANCEL_TASK) stop()
  })
}

/** Lets the process end: an open channel would keep it. */
export function leaveParent(): void {
  process.removeAllListeners('disconnect')
  if (process.connected) process.disconnect()
}
