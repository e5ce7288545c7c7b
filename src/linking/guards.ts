import { CancelledError } from '../core/index.ts'
import type { Logger } from '../core/index.ts'

/** Runs a call; a failing one gives `undefined`. A call may also give `undefined` itself, which says nothing about failures. */
export type Guard = <T>(call: () => Promise<T>) => Promise<T | undefined>

/** Guards by what follows when their calls fail, which people are told once until one works again. */
export type Guards = (consequence: string) => Guard

/** Makes {@link Guards}. Calls with the same consequence share one guard, so that people hear of one cause once. */
export function createGuards(logger: Logger): Guards {
  const guards = new Map<string, Guard>()
  return (consequence) => {
    const guard = guards.get(consequence) ?? createGuard(logger, consequence)
    guards.set(consequence, guard)
    return guard
  }
}

function createGuard(logger: Logger, consequence: string): Guard {
  let failing = false
  return async (call) => {
    try {
      const answer = await call()
      if (answer !== undefined) failing = false
      return answer
    } catch (error) {
      if (error instanceof CancelledError) throw error
      const reason = error instanceof Error ? error.message : String(error)
      if (!failing) logger.warn(`${consequence}: ${reason}`)
      failing = true
      return undefined
    }
  }
}
