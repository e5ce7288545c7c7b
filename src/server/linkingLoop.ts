import {
  CancelledError,
  ConceptLensError,
  throwIfCancelled,
  type CancellationToken,
  type LinkedPassage,
  type Manuscript,
} from '../core/index.ts'
import type { Decision } from '../linking/index.ts'
import type { DocumentState, DocumentStatus } from '../protocol/index.ts'
import type { Configuration } from './configuration.ts'
import {
  isManuscript,
  isShown,
  parse,
  replaceAll,
  replaceNearest,
  replacePassages,
  type Linked,
  type OpenManuscript,
} from './manuscripts.ts'
import type { LowPower } from './lowPower.ts'
import type { Messages, Timers } from './ports.ts'
import type { Tools, Workbench } from './workbench.ts'

/** An edit after this long without one is linked at once; those that follow sooner are a burst of typing. */
const REST_MS = 500
/** A burst is left alone for this long before its passage is linked again; any edit for longer in documents of megabytes. */
const TYPING_DELAY_MS = 120
const MAX_TYPING_DELAY_MS = 2000
/** Where power is spared, every edit waits for this pause. */
const LOW_POWER_DELAY_MS = 1000
/** What is read again in a millisecond after an edit, in UTF-16 units; only roughly. */
const UNITS_PER_MS = 2500
/** New links are shown at most this often while a document is being linked; the visible ones at once. */
const SHOW_DELAY_MS = 400

/** What the loop needs of its surroundings. */
export interface LoopParts {
  readonly configuration: Configuration
  readonly workbench: Workbench
  readonly messages: Messages
  readonly timers: Timers
  readonly lowPower: LowPower
  /** The editor tells what it shows; where it does not, all is linked also when power is low. */
  readonly tellsVisible: () => boolean
  readonly decisionsFor: (uri: string) => readonly Decision[]
  /** The links of a document changed: the editor should ask again. */
  readonly onLinks: () => void
  readonly onStatus: (status: DocumentStatus) => void
}

/** Keeps open documents linked: after every change the newest text is linked, older work is cancelled. */
export interface LinkingLoop {
  /** The document was opened, or something it depends on changed. */
  relink(manuscript: OpenManuscript): void
  /** The document's text changed. */
  typed(manuscript: OpenManuscript): void
  /** Links the text as it is now, whether linking is on or not. Rejects with `CancelledError`. */
  linkNow(manuscript: OpenManuscript, token: CancellationToken): Promise<Linked>
  /** The editor shows another part: what is under way goes on there. */
  scrolled(manuscript: OpenManuscript): void
  /** Something is being linked. */
  isLinking(): boolean
  /** Stops until the document changes or is asked for. */
  cancel(manuscript: OpenManuscript): void
  /** Forgets a closed document. */
  close(manuscript: OpenManuscript): void
}

/** What became of one linking. `superseded` by a newer text; `stopped` by a person; `failed` was reported. */
type Outcome = Linked | 'superseded' | 'stopped' | 'failed' | 'off'

interface HowToLink {
  readonly token: CancellationToken
  readonly isLowPower: boolean
  /** Only what is on the screen, and where the author types. */
  readonly keepsToVisible: boolean
}

/** One linking of one version of a document. */
interface Run {
  stopped: 'superseded' | 'stopped' | undefined
}

interface Tracked {
  cancelTimer: () => void
  /** Cancels the wait for the end of a burst of typing; `undefined` when the last edit is {@link REST_MS} ago. */
  cancelRest: (() => void) | undefined
  /** The linking under way. */
  run: Run | undefined
  status: DocumentStatus
}

/** Makes a {@link LinkingLoop}. */
export function createLinkingLoop(parts: LoopParts): LinkingLoop {
  const tracked = new Map<OpenManuscript, Tracked>()

  function track(manuscript: OpenManuscript): Tracked {
    const known = tracked.get(manuscript)
    if (known) return known
    const fresh: Tracked = {
      cancelTimer: () => undefined,
      cancelRest: undefined,
      run: undefined,
      status: { uri: manuscript.uri, state: 'waiting', nDone: 0, nPassages: 0, nShown: 0 },
    }
    tracked.set(manuscript, fresh)
    return fresh
  }

  function tell(
    manuscript: OpenManuscript,
    state: DocumentState,
    counts: Partial<DocumentStatus> = {},
  ): void {
    const entry = tracked.get(manuscript)
    if (!entry) return
    const nShown = manuscript.links.filter(({ link }) => isShown(link, manuscript.settings)).length
    entry.status = { ...entry.status, nShown, ...counts, state }
    parts.onStatus(entry.status)
  }

  function stop(manuscript: OpenManuscript, reason: 'superseded' | 'stopped'): Tracked {
    const entry = track(manuscript)
    entry.cancelTimer()
    if (entry.run) entry.run.stopped ??= reason
    entry.run = undefined
    return entry
  }

  function schedule(manuscript: OpenManuscript, delayMs: number): void {
    const entry = stop(manuscript, 'superseded')
    entry.cancelTimer = parts.timers.after(delayMs, () => void start(manuscript))
    tell(manuscript, 'waiting')
  }

  /** Links now. With a token it links even where linking is off. */
  async function start(manuscript: OpenManuscript, forcedBy?: CancellationToken): Promise<Outcome> {
    const entry = stop(manuscript, 'superseded')
    const run: Run = { stopped: undefined }
    entry.run = run
    const token: CancellationToken = {
      get isCancellationRequested() {
        return run.stopped !== undefined || forcedBy?.isCancellationRequested === true
      },
    }
    try {
      return (await link(manuscript, token, forcedBy !== undefined)) ?? 'off'
    } catch (error) {
      if (error instanceof CancelledError) return run.stopped ?? 'stopped'
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
      parts.messages.error(`Linking ${manuscript.uri} failed: ${reason}`)
      parts.messages.show('error', 'Linking a document failed. Its other functions still work; see the log.')
      return 'failed'
    } finally {
      // A newer run, when there is one, tells the state itself.
      if (entry.run === run) {
        entry.run = undefined
        if (entry.status.state === 'linking' || entry.status.state === 'waiting') tell(manuscript, 'linked')
      }
    }
  }

  async function link(
    manuscript: OpenManuscript,
    token: CancellationToken,
    isForced: boolean,
  ): Promise<Linked | undefined> {
    const { document } = manuscript
    const configured = await parts.configuration.of(manuscript.uri)
    const { settings } = configured
    throwIfCancelled(token)
    manuscript.settings = settings
    if (!isForced && !(settings.enable && isManuscript(document, settings))) {
      switchOff(manuscript)
      return undefined
    }
    const tools = await parts.workbench.tools(configured)
    throwIfCancelled(token)
    if (!tools) {
      tell(manuscript, 'linked')
      return undefined
    }
    if (manuscript.tools !== tools) manuscript.links = []
    manuscript.tools = tools
    parts.lowPower.look(settings)
    const isLowPower = parts.lowPower.reason !== undefined
    const keepsToVisible = isLowPower && !isForced && parts.tellsVisible()
    return linkWith(tools, manuscript, { token, isLowPower, keepsToVisible })
  }

  async function linkWith(
    tools: Tools,
    manuscript: OpenManuscript,
    { token, isLowPower, keepsToVisible }: HowToLink,
  ): Promise<Linked | undefined> {
    const { document } = manuscript
    const { version } = document
    const parsed = parse(manuscript)
    const order = visiblePassages(parsed, manuscript)
    const typedIn = editedPassage(parsed, manuscript)
    const only = keepsToVisible
      ? [...new Set([...(typedIn === undefined ? [] : [typedIn]), ...order])]
      : undefined
    const nPassages = only?.length ?? parsed.passages.length
    tools.engine?.pace({ isLowPower, typedIn: parsed.passages[typedIn ?? -1]?.text })
    let nDone = 0
    let isComplete = false
    const unseen = new Set(order)
    const isCurrent = () => !token.isCancellationRequested && document.version === version && !isComplete
    const show = (soFar: () => readonly LinkedPassage[]): void => {
      if (!isCurrent()) return
      replacePassages(manuscript, soFar())
      parts.onLinks()
      tell(manuscript, 'linking', { nDone, nPassages })
    }
    const showSoon = createThrottle(parts.timers, show)
    const onPassage = (index: number, soFar: () => readonly LinkedPassage[]): void => {
      nDone++
      if (nDone === nPassages) return
      if (unseen.delete(index) && unseen.size === 0) show(soFar)
      else showSoon(soFar)
    }
    const onLinked = (nearest: LinkedPassage): void => {
      if (!isCurrent()) return
      replaceNearest(manuscript, nearest)
      parts.onLinks()
    }
    const { uri, edited } = manuscript
    const focus = edited === undefined ? undefined : { file: uri, offset: edited, onLinked }
    tell(manuscript, 'linking', { nDone, nPassages })
    const decisions = parts.decisionsFor(uri)
    const linked = await tools.linker.link(parsed, { decisions, token, order, only, onPassage, focus })
    throwIfCancelled(token)
    isComplete = true
    if (only) return showPart(manuscript, linked.passages)
    manuscript.latest = { version, manuscript: linked, tools }
    replaceAll(manuscript, linked)
    parts.onLinks()
    tell(manuscript, 'linked', { nDone: nPassages, nPassages })
    return manuscript.latest
  }

  /** What is known of the other passages stays as it is. */
  function showPart(manuscript: OpenManuscript, passages: readonly LinkedPassage[]): undefined {
    replacePassages(manuscript, passages)
    parts.onLinks()
    tell(manuscript, 'linked', { nDone: passages.length, nPassages: passages.length })
  }

  function switchOff(manuscript: OpenManuscript): void {
    const hadLinks = manuscript.links.length > 0
    manuscript.links = []
    manuscript.latest = undefined
    if (hadLinks) parts.onLinks()
    tell(manuscript, 'off')
  }

  return {
    relink(manuscript) {
      manuscript.latest = undefined
      schedule(manuscript, 0)
    },
    typed(manuscript) {
      const entry = track(manuscript)
      const delayMs = typingDelay(manuscript.document.getText().length, entry.cancelRest !== undefined)
      schedule(
        manuscript,
        parts.lowPower.reason === undefined ? delayMs : Math.max(delayMs, LOW_POWER_DELAY_MS),
      )
      entry.cancelRest?.()
      entry.cancelRest = parts.timers.after(REST_MS, () => (entry.cancelRest = undefined))
    },
    async linkNow(manuscript, token) {
      const { latest, document } = manuscript
      if (latest?.version === document.version) return latest
      let outcome: Outcome = 'superseded'
      while (outcome === 'superseded' && !token.isCancellationRequested && tracked.has(manuscript)) {
        outcome = await start(manuscript, token)
      }
      if (typeof outcome === 'object') return outcome
      if (outcome === 'stopped' || outcome === 'superseded') throw new CancelledError()
      throw new ConceptLensError(
        'not-linked',
        'The document could not be linked; see the log for the reason.',
      )
    },
    scrolled(manuscript) {
      const entry = tracked.get(manuscript)
      const isPart =
        parts.lowPower.reason !== undefined && manuscript.latest?.version !== manuscript.document.version
      if (entry?.run || (entry && isPart)) schedule(manuscript, 0)
    },
    isLinking: () => [...tracked.values()].some(({ run }) => run !== undefined),
    cancel(manuscript) {
      stop(manuscript, 'stopped')
      tell(manuscript, 'linked')
    },
    close(manuscript) {
      stop(manuscript, 'stopped').cancelRest?.()
      tracked.delete(manuscript)
    },
  }
}

function typingDelay(length: number, isTyping: boolean): number {
  const readingMs = Math.min(MAX_TYPING_DELAY_MS, length / UNITS_PER_MS)
  return readingMs > TYPING_DELAY_MS ? readingMs : isTyping ? TYPING_DELAY_MS : 0
}

function visiblePassages(parsed: Manuscript, { uri, visible }: OpenManuscript): readonly number[] {
  return parsed.passages.flatMap(({ file, source }, index) => {
    const isVisible =
      file === uri && visible.some(({ start, end }) => source.start < end && source.end > start)
    return isVisible ? index : []
  })
}

/** The passage in which the author types. */
function editedPassage(parsed: Manuscript, { uri, edited }: OpenManuscript): number | undefined {
  if (edited === undefined) return undefined
  const index = parsed.passages.findIndex(
    ({ file, source }) => file === uri && source.start <= edited && edited <= source.end,
  )
  return index < 0 ? undefined : index
}

/** Calls `action` at most once in {@link SHOW_DELAY_MS}, however often the answer is called. */
function createThrottle<T>(timers: Timers, action: (value: T) => void): (value: T) => void {
  let isWaiting = false
  return (value) => {
    if (isWaiting) return
    isWaiting = true
    timers.after(SHOW_DELAY_MS, () => {
      isWaiting = false
      action(value)
    })
  }
}
