import * as v from 'valibot'
import type { Definition } from '../../core/index.ts'
import type { Http, HttpAnswer } from '../http.ts'
import { createDefinitionCache } from './cache.ts'

/** UMLS Terminology Services, https://documentation.uts.nlm.nih.gov/rest/definitions/index.html */
const SERVICE = 'https://uts-ws.nlm.nih.gov/rest'

/** Longer answers are nothing that this service sends. */
const MAX_ANSWER_BYTES = 1 << 20
/** The service allows 20 requests a second; a person who hovers needs far fewer. */
const MIN_INTERVAL_MS = 250
/** Hovers that wait in line; older ones are left without an answer, since nobody looks at them any more. */
const MAX_WAITING = 4
/** After a refusal (too many requests, no connection) nothing is asked for this long. */
const REST_MS = 60_000

export interface DefinitionsOptions {
  readonly http: Http
  /** The person's own key. */
  readonly key: string
  /** Where answers are kept. */
  readonly cacheFolder: string
  /** Told once of each trouble, in a sentence with what to do. */
  readonly onTrouble: (message: string) => void
  readonly service?: string
  readonly timeoutMs?: number
  readonly nowMs?: () => number
  readonly pause?: (ms: number) => Promise<unknown>
}

/** Definitions of UMLS concepts from the terminology service. */
export interface UmlsDefinitions {
  /** Definitions of a CUI (`C0011849`); empty when there are none; `undefined` when they could not be had now. Never throws. */
  of(cui: string): Promise<readonly Definition[] | undefined>
}

/** A page of results, as published: `{pageSize, pageNumber, pageCount, result: [{classType, rootSource, value}]}`. */
const answerSchema = v.object({ result: v.array(v.object({ rootSource: v.string(), value: v.string() })) })

/**
 * Asks the service with the person's key, one request at a time, at most four a second. Only the CUI (and the key) leaves
 * the machine. Answers are kept on disk, also that there are none.
 */
export function createUmlsDefinitions(options: DefinitionsOptions): UmlsDefinitions {
  const { cacheFolder, onTrouble, nowMs = Date.now } = options
  const cache = createDefinitionCache(cacheFolder, nowMs)
  const underWay = new Map<string, Promise<readonly Definition[] | undefined>>()
  const line = createLine(options.pause ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms))), nowMs)
  const told = new Set<string>()
  let isRefused = false
  let restUntilMs = 0

  const trouble = (message: string): undefined => {
    if (!told.has(message)) onTrouble(message)
    told.add(message)
    return undefined
  }

  async function fetchNow(cui: string): Promise<readonly Definition[] | undefined> {
    if (isRefused || nowMs() < restUntilMs) return undefined
    let answer: Answer
    try {
      answer = await ask(options, cui)
    } catch {
      // The error may hold the address, and with it the key.
      restUntilMs = nowMs() + REST_MS
      return trouble(
        'Definitions cannot be fetched from the UMLS now: the service does not answer. Is this machine offline?',
      )
    }
    switch (answer.kind) {
      case 'definitions':
        await cache.write(cui, answer.definitions)
        return answer.definitions
      case 'unauthorized':
        isRefused = true
        return trouble(
          'The UMLS does not accept your key, so no definitions are fetched. Copy it again from your profile at https://uts.nlm.nih.gov/uts/profile and store it with "ConceptLens: Store UMLS Key…".',
        )
      case 'busy':
        restUntilMs = nowMs() + REST_MS
        return trouble('The UMLS asks for a pause; definitions come again in a minute.')
      case 'odd':
        restUntilMs = nowMs() + REST_MS
        return trouble('The UMLS sent an answer that is no list of definitions; this is tried again later.')
    }
  }

  return {
    async of(cui) {
      if (!/^C\d{7}$/.test(cui)) return undefined
      const kept = await cache.read(cui)
      if (kept) return kept
      const known = underWay.get(cui)
      if (known) return known
      const asking = line(() => fetchNow(cui)).finally(() => underWay.delete(cui))
      underWay.set(cui, asking)
      return asking
    },
  }
}

type Answer =
  | { readonly kind: 'definitions'; readonly definitions: readonly Definition[] }
  | { readonly kind: 'unauthorized' | 'busy' | 'odd' }

async function ask(
  { http, key, service = SERVICE, timeoutMs = 5000 }: DefinitionsOptions,
  cui: string,
): Promise<Answer> {
  const url = `${service}/content/current/CUI/${cui}/definitions?apiKey=${encodeURIComponent(key)}`
  const answer = await http.get({ url, signal: AbortSignal.timeout(timeoutMs) })
  switch (answer.status) {
    case 200:
      return read(await textOf(answer))
    case 401:
    case 403:
      answer.drop()
      return { kind: 'unauthorized' }
    case 404: // No definitions, or a concept that the newest release has no more.
      answer.drop()
      return { kind: 'definitions', definitions: [] }
    default:
      answer.drop()
      return { kind: answer.status === 429 || answer.status >= 500 ? 'busy' : 'odd' }
  }
}

function read(text: string): Answer {
  try {
    const { result } = v.parse(answerSchema, JSON.parse(text))
    const definitions = result.map(({ value, rootSource }) => ({
      text: plainText(value),
      source: rootSource,
    }))
    return { kind: 'definitions', definitions: definitions.filter((definition) => definition.text !== '') }
  } catch {
    return { kind: 'odd' }
  }
}

/** Some sources write their definitions in HTML. */
function plainText(value: string): string {
  return value
    .replace(/<\/?[a-z][^<>]*>/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

async function textOf(answer: HttpAnswer): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of answer.body) {
      bytes += chunk.length
      if (bytes > MAX_ANSWER_BYTES) return ''
      chunks.push(chunk)
    }
  } finally {
    answer.drop()
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** One thing after the other, with a pause between; of many that wait the newest are done, the others answer `undefined`. */
function createLine(
  pause: (ms: number) => Promise<unknown>,
  nowMs: () => number,
): <T>(work: () => Promise<T | undefined>) => Promise<T | undefined> {
  const waiting: { readonly run: () => Promise<void>; readonly giveUp: () => void }[] = []
  let isRunning = false
  let lastMs = Number.NEGATIVE_INFINITY

  async function runAll(): Promise<void> {
    isRunning = true
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const early = lastMs + MIN_INTERVAL_MS - nowMs()
      if (early > 0) await pause(early)
      lastMs = nowMs()
      await next.run()
    }
    isRunning = false
  }

  return (work) =>
    new Promise((resolve, reject) => {
      waiting.push({
        run: () => work().then(resolve, reject),
        giveUp: () => resolve(undefined),
      })
      while (waiting.length > MAX_WAITING) waiting.shift()?.giveUp()
      if (!isRunning) void runAll()
    })
}
