import type { CancellationToken, Span } from '../../core/index.ts'
import type { TextAnalysis } from '../../inference/index.ts'
import type { Abbreviations } from './abbreviations.ts'
import type { Proposal } from './proposal.ts'

/** A span that the author made a mention. */
export interface AuthorSpan extends Span {
  /**
   * Whether the author marked this very place: then it wins over everything. Else it has the words of a mark made
   * elsewhere: then it is a sure mention that may still lie in a longer one.
   */
  readonly here: boolean
}

/** A passage as detectors get it. */
export interface PassageToRead {
  readonly text: string
  /** Its index in the document, for the abbreviations. */
  readonly passage: number
  /** The document's abbreviations; `undefined` expands nothing. */
  readonly abbreviations?: Abbreviations | undefined
  /** Spans that the author made mentions. */
  readonly author?: readonly AuthorSpan[]
  /**
   * What the model that ranks reads of the text, once for all who need it; `undefined` without such a model, and while it
   * does not answer. A promise, so that detectors that do not need it need not wait.
   */
  readonly analysis: Promise<TextAnalysis | undefined>
  readonly token?: CancellationToken | undefined
}

/** Proposes stretches of a passage that may be mentions. What becomes of them is decided over the proposals of all detectors. */
export interface MentionDetector {
  /** As in the description of a pipeline: `tagger`. */
  readonly name: string
  /** Everything that its answer depends on besides the passage, as JSON can hold it: part of the key of kept results. */
  readonly key: unknown
  /** What follows when it fails, for people; ends without a full stop. */
  readonly consequence: string
  /**
   * Every stretch, in any order, overlapping ones too. `undefined` when it cannot say now; it may also fail, which is told
   * to people once. A cancelled call rejects with `CancelledError`.
   */
  propose(passage: PassageToRead): readonly Proposal[] | undefined | Promise<readonly Proposal[] | undefined>
}

/** Detectors put together: one, or the first of several that does. */
export type DetectorPlan = MentionDetector | FirstOf

/** The first of several, in order. */
export interface FirstOf {
  /** That answers at all, or that finds something. */
  readonly until: 'works' | 'finds'
  readonly first: readonly DetectorPlan[]
}

/** Runs one detector; `undefined` when it cannot say. */
export type AskDetector = (detector: MentionDetector) => ReturnType<MentionDetector['propose']>

/** The proposals of all of these together, in their order; they work side by side. Those that cannot say count as if they found nothing. */
export async function proposalsOf(
  plans: readonly DetectorPlan[],
  ask: AskDetector,
): Promise<readonly Proposal[]> {
  return (await Promise.all(plans.map((plan) => answerOf(plan, ask)))).flatMap((found) => found ?? [])
}

async function answerOf(plan: DetectorPlan, ask: AskDetector): Promise<readonly Proposal[] | undefined> {
  if (!('first' in plan)) return ask(plan)
  let answer: readonly Proposal[] | undefined
  for (const one of plan.first) {
    answer = (await answerOf(one, ask)) ?? answer
    if (answer && (plan.until === 'works' || answer.length > 0)) return answer
  }
  return answer
}

/** The detectors of a plan, in order. */
export function detectorsIn(plans: readonly DetectorPlan[]): readonly MentionDetector[] {
  return plans.flatMap((plan) => ('first' in plan ? detectorsIn(plan.first) : [plan]))
}
