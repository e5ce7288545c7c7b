import type { CancellationToken } from '../../core/index.ts'
import type { PerformanceParams, PerformanceReport } from '../../protocol/index.ts'
import type { Session } from '../session.ts'

/** What the model runs on and why, after a new trial where one is asked for. */
export function performanceReport(
  { performance }: Session,
  { rerun }: PerformanceParams,
  token: CancellationToken,
): Promise<PerformanceReport> {
  return rerun ? performance.measure(token) : performance.report()
}
