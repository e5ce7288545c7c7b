import { join } from 'node:path'
import type { Command } from 'commander'
import { ConceptLensError, type KnowledgeBase } from '../core/index.ts'
import { openKnowledgeBase, openWithExtras, type NameVectors } from '../knowledge/index.ts'
import { readRestriction } from '../linking/index.ts'
import { userCacheFolder } from '../network/index.ts'
import type { Settings } from '../protocol/index.ts'
import { nameVectors } from './nameVectors.ts'
import type { Together } from './openTogether.ts'
import { resources } from './resources.ts'
import { settingOption } from './settingOptions.ts'
import { stderrProgress } from './terminal.ts'

/** Which knowledge base is looked into, and which of its concepts count. */
export interface KnowledgeOptions {
  readonly kb: string
  readonly extraKb: Settings['knowledgeBase.extra']
  readonly onlyTypes: Settings['candidates.types']
  readonly onlySources: Settings['candidates.sources']
  readonly vectors: boolean
}

/** Declares the options of {@link KnowledgeOptions}. */
export function addKnowledgeOptions(command: Command): Command {
  return command
    .addOption(settingOption('knowledgeBase.path', { default: resources.starterKnowledgeBase }))
    .addOption(
      settingOption('knowledgeBase.extra', {
        description:
          'a small vocabulary to find together with the knowledge base: a names table, another file that can be imported, or a folder; may be given several times',
      }),
    )
    .addOption(settingOption('candidates.types'))
    .addOption(settingOption('candidates.sources'))
    .option('--no-vectors', 'compare names by their letters alone')
}

/** An open knowledge base with the small ones beside it; end it with `close`. */
export interface OpenKnowledge {
  readonly knowledgeBase: KnowledgeBase
  readonly close: () => void
}

/** Opens a knowledge base and the small ones beside it. A restriction that means nothing is an error (`usage`). */
export async function openKnowledge(options: KnowledgeOptions): Promise<OpenKnowledge> {
  const vectors = nameVectors(options.vectors)
  const main = openKnowledgeBase(options.kb, { vectors })
  let knowledgeBase = main
  const close = (): void => {
    if (knowledgeBase !== main) knowledgeBase.close()
    main.close()
  }
  try {
    knowledgeBase = await withExtras(main, options.extraKb, vectors)
    checkRestriction(knowledgeBase, options)
    return { knowledgeBase, close }
  } catch (error) {
    close()
    throw error
  }
}

/** What was opened over a knowledge base; ended together by `dispose`. */
export interface OverKnowledge<T extends readonly unknown[]> extends Together<T> {
  readonly knowledgeBase: KnowledgeBase
}

/** Opens a knowledge base, and then what needs it. When that cannot be opened, the knowledge base is closed again. */
export async function openOverKnowledge<T extends readonly unknown[]>(
  options: KnowledgeOptions,
  open: (knowledgeBase: KnowledgeBase) => Promise<Together<T>>,
): Promise<OverKnowledge<T>> {
  const { knowledgeBase, close } = await openKnowledge(options)
  try {
    const { opened, dispose } = await open(knowledgeBase)
    return {
      ...{ knowledgeBase, opened },
      async dispose() {
        await dispose()
        close()
      },
    }
  } catch (error) {
    close()
    throw error
  }
}

function checkRestriction(
  knowledgeBase: KnowledgeBase,
  { onlyTypes: types, onlySources: sources }: KnowledgeOptions,
): void {
  const [problem] = readRestriction(knowledgeBase, { types, sources }).problems
  if (problem !== undefined) throw new ConceptLensError('usage', `${problem}.`)
}

/** One that cannot be used is an error: a script must not get lesser links unawares. */
async function withExtras(
  main: KnowledgeBase,
  paths: readonly string[],
  vectors: NameVectors | undefined,
): Promise<KnowledgeBase> {
  const progress = stderrProgress('extra vocabularies')
  const knowledgeBase = await openWithExtras(main, paths, {
    cacheFolder: join(userCacheFolder(process.env), 'extra-kb'),
    vectors,
    onProblem: (error) => {
      throw error
    },
    onNote: (message) => process.stderr.write(`${message}\n`),
    progress,
  })
  progress.done()
  return knowledgeBase
}
