import { ProgressLocation, window } from 'vscode'
import type { KnowledgeBaseParts } from './parts.ts'
import { createProgressMeter } from './progressText.ts'
import { runTask, type TaskOptions } from './runTask.ts'

/** Runs a task with its progress in a notification that can cancel it; `undefined` when it was cancelled. */
export async function runWithProgress(
  parts: Pick<KnowledgeBaseParts, 'script'>,
  title: string,
  task: Pick<TaskOptions, 'args' | 'environment'>,
): Promise<{ readonly result: unknown } | undefined> {
  const meter = createProgressMeter()
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const controller = new AbortController()
      const listening = token.onCancellationRequested(() => controller.abort())
      try {
        return await runTask({
          ...task,
          script: parts.script,
          signal: controller.signal,
          onProgress: (event) =>
            progress.report({ message: meter.text(event), increment: meter.increment(event) }),
        })
      } finally {
        listening.dispose()
      }
    },
  )
}
