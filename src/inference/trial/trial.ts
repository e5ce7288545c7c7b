import * as v from 'valibot'
import { providerNames } from '../providers.ts'

/** Of pairs of answers that the processor orders, so many in a hundred must be ordered alike elsewhere. */
export const LEAST_AGREEMENT = 99.5

const Count = v.pipe(v.number(), v.integer(), v.minValue(1))
const Precision = v.picklist(['fp32', 'fp32-arithmetic', 'int8', 'int4', 'fp16'])

const MachineSchema = v.object({
  processor: v.string(),
  nCores: Count,
  /** For example `linux-x64`. */
  platform: v.string(),
  /** Graphics cards and drivers, as far as the system names them. */
  graphics: v.array(v.string()),
  /** Version of ONNX Runtime, and which parts of it stand beside it. */
  runtime: v.string(),
})

const WaySchema = v.object({
  provider: v.picklist(providerNames),
  precision: Precision,
  /** The graph's file in the model's folder. */
  graph: v.string(),
  processes: Count,
  threads: Count,
})

const TriedSchema = v.object({
  way: WaySchema,
  /** `left-out`: could not be tried, or was not worth it. */
  outcome: v.picklist(['measured', 'failed', 'left-out']),
  /** Why it was chosen or not, as a sentence. */
  reason: v.string(),
  /** Pairs that are ordered as one thread of the processor orders them, in per cent. */
  agreement: v.optional(v.number()),
  /** Pairs of mention and candidate a second: in the passage being edited, and in passages in a row. */
  pairsPerSecond: v.optional(
    v.object({ editing: v.optional(v.number()), manuscripts: v.optional(v.number()) }),
  ),
})

export const TrialSchema = v.object({
  /** Changes when what is measured does: older trials are made again. */
  format: v.literal(1),
  /** ISO 8601, UTC. */
  measuredAt: v.string(),
  seconds: v.number(),
  /** Processes that wanted a core in the minute before; 0 where the system does not tell. */
  load: v.number(),
  machine: MachineSchema,
  model: v.object({ name: v.string(), version: v.string(), fingerprint: v.string(), precision: Precision }),
  /** What every way was asked: passages, pairs, tokens of the text in all. */
  asked: v.object({ passages: Count, pairs: Count, editingPairs: Count }),
  tried: v.array(TriedSchema),
  chosen: v.object({ editing: WaySchema, manuscripts: WaySchema }),
  /** What would be needed for more, as sentences. */
  hints: v.array(v.string()),
})

/** What a trial found on one machine with one model. */
export type Trial = v.InferOutput<typeof TrialSchema>
/** Which machine it is, as far as speed is concerned. */
export type Machine = v.InferOutput<typeof MachineSchema>
/** A way to run the model. */
export type Way = v.InferOutput<typeof WaySchema>
/** A way with what became of it. */
export type Tried = v.InferOutput<typeof TriedSchema>
