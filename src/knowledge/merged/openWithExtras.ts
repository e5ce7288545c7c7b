import { createHash } from 'node:crypto'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import {
  CancelledError,
  ConceptLensError,
  type CancellationToken,
  type KnowledgeBase,
} from '../../core/index.ts'
import { filesOf } from '../import/buildStore.ts'
import { labelOfFile } from '../import/draft.ts'
import { importKnowledgeBase } from '../import/importKnowledgeBase.ts'
import { openSources } from '../import/sources.ts'
import { FORMAT_VERSION, MANIFEST_FILE } from '../store/format.ts'
import { openKnowledgeBase } from '../store/openKnowledgeBase.ts'
import { createPace, type BuildProgress } from '../store/pace.ts'
import { sha256Of } from '../store/writeStore.ts'
import type { NameVectors } from '../vectors/nameVectors.ts'
import { mergeKnowledgeBases } from './mergeKnowledgeBases.ts'

/** Where and how to open extra vocabularies. */
export interface ExtraOptions {
  /** What is built of them is kept here, by the content of their files. */
  readonly cacheFolder: string
  /** Hears of each that cannot be used and is left out. What it throws ends the opening. */
  readonly onProblem: (error: ConceptLensError) => void
  /** Hears of rows that were left out, when a vocabulary is built. */
  readonly onNote?: (message: string) => void
  /** How many names one may have; 100,000 by default, as all are kept in memory and ids are looked up one by one. */
  readonly mostNames?: number
  /** What the knowledge base was opened with. */
  readonly vectors?: NameVectors | undefined
  readonly progress?: BuildProgress
  readonly token?: CancellationToken
}

const MOST_NAMES = 100_000
const MOST_BYTES = 256 * 2 ** 20

/**
 * A knowledge base together with small vocabularies: each a file that can be imported, or the folder of a knowledge
 * base. Files are built when their content is new. The result is the knowledge base itself when there are none, else a
 * view (see {@link mergeKnowledgeBases}) whose closing leaves the knowledge base open.
 */
export async function openWithExtras(
  main: KnowledgeBase,
  paths: readonly string[],
  options: ExtraOptions,
): Promise<KnowledgeBase> {
  const extras: KnowledgeBase[] = []
  const opened: string[] = []
  try {
    for (const path of new Set(paths.map((one) => resolve(one)))) {
      const extra = await openExtra(path, options)
      if (!extra) continue
      extras.push(extra)
      opened.push(path)
    }
    if (extras.length === 0) return main
    return await mergeKnowledgeBases(main, extras, {
      pace: createPace(options.progress, options.token),
      encoder: options.vectors?.encoder,
      paths: opened,
    })
  } catch (error) {
    for (const extra of extras) extra.close()
    throw error
  }
}

async function openExtra(path: string, options: ExtraOptions): Promise<KnowledgeBase | undefined> {
  try {
    const extra = openKnowledgeBase(isKnowledgeBase(path) ? path : await built(path, options))
    const { nNames } = extra.info
    const { mostNames = MOST_NAMES } = options
    if (nNames <= mostNames) return extra
    extra.close()
    const [has, allowed] = [nNames, mostNames].map((n) => n.toLocaleString('en'))
    throw tooLarge(`it has ${has} names; ${allowed} are allowed`)
  } catch (error) {
    if (error instanceof CancelledError || !(error instanceof Error)) throw error
    const code = error instanceof ConceptLensError ? error.code : 'kb-extra'
    const message = `The extra vocabulary ${path} cannot be used: ${error.message}`
    options.onProblem(new ConceptLensError(code, message, { cause: error }))
    return undefined
  }
}

const isKnowledgeBase = (path: string): boolean => existsSync(join(path, MANIFEST_FILE))

const tooLarge = (found: string): ConceptLensError =>
  new ConceptLensError(
    'kb-extra-too-large',
    `${found}. Import it together with the sources of the knowledge base instead ("kb import").`,
  )

/** The folder of the store that was built of a file, now or before. */
async function built(path: string, options: ExtraOptions): Promise<string> {
  const sources = await openSources([path])
  const files = sources.flatMap(filesOf)
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0)
  if (bytes > MOST_BYTES)
    throw tooLarge(`it has ${Math.round(bytes / 2 ** 20)} MiB; ${MOST_BYTES / 2 ** 20} are allowed`)
  const { cacheFolder, progress, token } = options
  const owner = `${digestOf([path])}-`
  const folder = `${owner}${digestOf([String(FORMAT_VERSION), ...files.map(sha256Of)])}`
  const out = join(cacheFolder, folder)
  await mkdir(cacheFolder, { recursive: true })
  const { nProblems, problems } = await importKnowledgeBase({
    sources: [path],
    out,
    name: labelOfFile(path),
    ifChanged: true,
    ...(progress && { progress }),
    ...(token && { token }),
  })
  const [first] = problems
  if (first)
    options.onNote?.(
      `${nProblems} rows of ${path} have problems; the first, line ${first.line ?? '?'}: ${first.message}`,
    )
  await removeOthers(cacheFolder, owner, folder)
  return out
}

const digestOf = (parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16)

/** Removes what was built of earlier content of the same file; what another process has open may stay. */
async function removeOthers(cacheFolder: string, owner: string, current: string): Promise<void> {
  for (const name of readdirSync(cacheFolder))
    if (name.startsWith(owner) && name !== basename(current))
      await rm(join(cacheFolder, name), { recursive: true, force: true }).catch(() => undefined)
}
