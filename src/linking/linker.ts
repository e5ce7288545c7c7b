import { throwIfCancelled } from '../core/index.ts'
import type {
  KnowledgeBaseInfo,
  Link,
  LinkedManuscript,
  LinkedPassage,
  Manuscript,
  Passage,
  Slices,
  Span,
} from '../core/index.ts'
import { toProse } from '../document/index.ts'
import { generativeOf, type Pipeline } from '../pipeline/index.ts'
import { makeAgree } from './agreement.ts'
import { makeCoherent } from './coherence.ts'
import { makeConsistent } from './consistency.ts'
import { assemblePassage } from './assemble.ts'
import { placeDecisions } from './decisions/index.ts'
import type { Placement, Placements } from './decisions/index.ts'
import { explainWord } from './explain.ts'
import type { Linker, LinkOptions } from './linkerApi.ts'
import { findAbbreviations } from './mentions/index.ts'
import type { Abbreviations } from './mentions/index.ts'
import { revise, reviseFirst } from './opinions.ts'
import type { Opinion, Revision } from './opinions.ts'
import type { LinkedMention } from './passageCache.ts'
import { createPassageLinker } from './passageLinker.ts'
import type { PassageFocus, PassageLinker, PassageLinkerParts, PassageTask } from './passageLinker.ts'
import { createConceptSearch } from './search/index.ts'
import { createSlices } from './slices.ts'
import { sharpnessFor, temper } from './temper.ts'
import { createRecorder, endOf, traced } from './trace.ts'
import { withLanguageModel } from './withLanguageModel.ts'
import type { AskedModel } from './asking.ts'

/** What a linker works with. */
export interface LinkerParts extends PassageLinkerParts {
  /** Lets other work of the process go on between passages; by default a turn of the event loop. */
  readonly pause?: () => Promise<void>
  /** Milliseconds of a monotonic clock; by default the platform's. */
  readonly nowMs?: () => number
  /** The one that a pipeline with `generative` asks; without it, links stay as they are without that stage. */
  readonly languageModel?: AskedModel | undefined
}

/** Passages that wait for the engine at the same time, so that several of its processes have work. */
const LANES = 4

/** Makes a linker that runs a pipeline. The parts stay the caller's, who ends them. */
export function createLinker(parts: LinkerParts, pipeline: Pipeline): Linker {
  const linker = createPassagesLinker(parts, pipeline)
  const { knowledgeBase, languageModel, logger, nowMs = monotonic } = parts
  const asking = generativeOf(pipeline)
  return languageModel && asking
    ? withLanguageModel(linker, { ...languageModel, knowledgeBase, logger, nowMs }, asking)
    : linker
}

/** The linker that takes every passage through the stages of a pipeline. */
function createPassagesLinker(parts: LinkerParts, pipeline: Pipeline): Linker {
  const { knowledgeBase } = parts
  const pause = parts.pause ?? turnOfEventLoop
  const slices = createSlices(pause)
  const passageLinker = createPassageLinker(parts, pipeline, slices)
  const revisions = revisionsOf(pipeline, knowledgeBase.info)
  const nowMs = parts.nowMs ?? monotonic
  const search = createConceptSearch(knowledgeBase, pause)
  const prepare = (manuscript: Manuscript, options: LinkOptions): Document => {
    const abbreviations = pipeline.mentions.abbreviations
      ? findAbbreviations(manuscript.passages.map(({ text }) => text))
      : undefined
    return {
      isConsistent: pipeline.document.consistency && options.given === undefined,
      manuscript,
      abbreviations,
      placements: placeDecisions(manuscript, options.decisions ?? []),
      options,
    }
  }
  const link = async (manuscript: Manuscript, options: LinkOptions = {}): Promise<LinkedManuscript> => {
    const document = prepare(manuscript, options)
    const linked = await linkPassages(document, passageLinker, { pause, slices, knowledgeBase, revisions })
    // Each takes some milliseconds over a long document: as much as others should have to wait.
    await pause()
    const consistent = consistentIn(document, linked)
    await pause()
    const passages = revise(consistent, ...revisions)
    return { manuscript, passages, problems: [...manuscript.problems, ...document.placements.problems] }
  }
  return {
    pipeline,
    link,
    async explain(manuscript, file, offset, options = {}) {
      const place = placeOf(manuscript, file, { start: offset, end: offset })
      if (!place) return explainWord({ pipeline })
      const document = prepare(manuscript, options)
      const linked = (await link(manuscript, options)).passages[place.index]
      const proposals = await passageLinker.propose(taskOf(document, place.index))
      return explainWord({ pipeline, offset: place.span.start, linked, proposals, parts })
    },
    async trace(manuscript, file, offset, options = {}) {
      const place = placeOf(manuscript, file, { start: offset, end: offset })
      if (!place) return undefined
      const document = prepare(manuscript, options)
      const { index, passage } = place
      // First, so that nothing of it is warm; its result is kept, and the other passages come with it.
      const recorder = createRecorder(nowMs)
      const found = await passageLinker.link({ ...taskOf(document, index), recorder })
      const before = assemblePassage(passage, found, document.placements.passages[index] ?? [], knowledgeBase)
      const whole = await linkPassages(document, passageLinker, { pause, slices, knowledgeBase, revisions })
      const all = whole.with(index, before)
      const together = createRecorder(nowMs, endOf(recorder))
      await together.note(
        'document',
        () => revise(consistentIn(document, all), ...revisions)[index]?.links ?? [],
        (links = []) => ({
          kind: 'document',
          input: traced.links(before.links),
          output: traced.links(links),
        }),
      )
      const stages = [...recorder.records, ...together.records]
      const ms = endOf(together)
      return { file, source: passage.source, text: passage.text, stages, ms }
    },
    async candidatesFor(manuscript, file, span) {
      const place = placeOf(manuscript, file, span)
      const selected = place && trimmed(place.passage, place.span)
      if (!place || !selected) return undefined
      const document = prepare(manuscript, { given: [] })
      const task = { ...taskOf(document, place.index), given: [{ span: selected }] }
      const linked = await passageLinker.link(task)
      const [found] = assemblePassage(place.passage, linked, [], knowledgeBase).links
      return found && asAuthors(found)
    },
    retrieve: (text, token) => passageLinker.retrieve(text, token),
    prepareSearch: () => search.prepare(),
    search: (text, options) => search.search(text, options),
  }
}

/** What becomes of the links of a document together, in this order. */
function revisionsOf(
  { document: { coherence, agreement, temper: power } }: Pipeline,
  info: KnowledgeBaseInfo,
): readonly Revision[] {
  const sharpness = power === 'auto' ? sharpnessFor(info) : power
  return [
    ...(coherence > 0 ? [(opinions: readonly Opinion[]) => makeCoherent(opinions, coherence)] : []),
    ...(agreement ? [makeAgree] : []),
    ...(sharpness < 1 ? [(opinions: readonly Opinion[]) => temper(opinions, sharpness)] : []),
  ]
}

/** The passages with mentions as the whole document has them. */
function consistentIn(
  { placements, isConsistent, manuscript }: Document,
  linked: readonly LinkedPassage[],
): readonly LinkedPassage[] {
  if (!isConsistent) return linked
  const places = new Map(manuscript.passages.map((passage, i) => [passage, placements.passages[i]]))
  return makeConsistent(linked, (passage) => places.get(passage) ?? [])
}

interface Document {
  /** Whether detected mentions are made consistent; given ones are what they are. */
  readonly isConsistent: boolean
  readonly manuscript: Manuscript
  readonly abbreviations: Abbreviations | undefined
  readonly placements: Placements
  readonly options: LinkOptions
}

interface Surroundings {
  readonly pause: () => Promise<void>
  readonly slices: Slices
  /** What is made of the passages that are shown before all are linked. */
  readonly revisions: readonly Revision[]
  readonly knowledgeBase: LinkerParts['knowledgeBase']
}

async function linkPassages(
  document: Document,
  linker: PassageLinker,
  { pause, slices, knowledgeBase, revisions }: Surroundings,
): Promise<LinkedPassage[]> {
  const { manuscript, options, placements } = document
  const linked = new Array<LinkedPassage>(manuscript.passages.length)
  const assemble = (index: number, found: readonly LinkedMention[]): LinkedPassage =>
    assemblePassage(
      manuscript.passages[index] as Passage,
      found,
      placements.passages[index] ?? [],
      knowledgeBase,
    )
  // What has no links yet is a hole in the list, which `filter` leaves out.
  const known = (): LinkedPassage[] => linked.filter(() => true)
  const soFar = (): readonly LinkedPassage[] => revise(consistentIn(document, known()), ...revisions)
  const { focus } = options
  const place = focus && placeOf(manuscript, focus.file, { start: focus.offset, end: focus.offset })
  const focusIn = (index: number): PassageFocus | undefined => {
    if (!focus || place?.index !== index) return undefined
    const onLinked = (nearest: readonly LinkedMention[]): void => {
      const first = reviseFirst([assemble(index, nearest), ...known()], ...revisions)
      if (first) focus.onLinked(first)
    }
    return { offset: place.span.start, onLinked }
  }
  const firstOfAll = place ? [place.index] : []
  const all = options.only ?? orderOf(manuscript.passages.length, [...firstOfAll, ...(options.order ?? [])])
  const waiting = all.values()
  const total = all.length
  let done = 0
  let failed = false
  const linkAnew = async (task: PassageTask, index: number): Promise<readonly LinkedMention[]> => {
    // Whoever types should not wait for anybody else.
    if (index !== place?.index) await pause()
    return linker.link({ ...task, focus: focusIn(index) })
  }
  const lane = async (): Promise<void> => {
    for (const index of waiting) {
      if (failed) return
      throwIfCancelled(options.token)
      const task = taskOf(document, index)
      const found = (await slices.run(() => linker.known(task))) ?? (await linkAnew(task, index))
      linked[index] = assemble(index, found)
      options.onPassage?.(index, soFar)
      options.progress?.report(++done, total)
    }
  }
  const stopping = (error: unknown): never => {
    failed = true
    throw error
  }
  await Promise.all(Array.from({ length: LANES }, () => lane().catch(stopping)))
  throwIfCancelled(options.token)
  return known()
}

function taskOf({ manuscript, abbreviations, placements, options }: Document, index: number): PassageTask {
  return {
    text: manuscript.passages[index]?.text ?? '',
    index,
    abbreviations,
    author: authorSpans(placements.passages[index] ?? []),
    given: options.given && (options.given[index] ?? []),
    token: options.token,
  }
}

const authorSpans = (placements: readonly Placement[]) =>
  placements
    .filter(({ decision }) => decision.action === 'link')
    .map(({ span, decision }) => ({ ...span, here: decision.scope === 'here' }))

/** The passages asked for first, then the others in reading order; indexes that do not exist are skipped. */
function orderOf(nPassages: number, first: readonly number[]): number[] {
  const all = Array.from({ length: nPassages }, (_, i) => i)
  return [...new Set([...first.filter((index) => index in all), ...all])]
}

interface Place {
  readonly index: number
  readonly passage: Passage
  readonly span: Span
}

/** The passage that holds the prose of a source span. */
function placeOf(manuscript: Manuscript, file: string, source: Span): Place | undefined {
  for (const [index, passage] of manuscript.passages.entries()) {
    if (passage.file !== file || source.start > passage.source.end || source.end < passage.source.start)
      continue
    const span = toProse(passage, source)
    if (span) return { index, passage, span }
  }
  return undefined
}

/** Without blanks at its ends; `undefined` when nothing is left. */
function trimmed({ text }: Passage, span: Span): Span | undefined {
  const selected = text.slice(span.start, span.end)
  const start = span.start + selected.length - selected.trimStart().length
  const end = start + selected.trim().length
  return start < end ? { start, end } : undefined
}

const asAuthors = (link: Link): Link => ({ ...link, mention: { ...link.mention, origins: ['author'] } })

const monotonic = (): number => performance.now()

const turnOfEventLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
