import type { PassageTrace } from '../core/index.ts'

export type { PassageTrace, StageRecord, TracedRanking } from '../core/index.ts'

/** What the page of a passage's way hears. */
export interface TraceNews {
  readonly kind: 'trace'
  readonly trace: PassageTrace
}

/** What the page of a passage's way asks for. `copy`: the trace as JSON into the clipboard. */
export interface TraceRequest {
  readonly kind: 'ready' | 'copy'
}
