import { statSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import type { Logger } from '../core/index.ts'
import {
  createEngine,
  createGenerative,
  createGliner,
  createTokenClassifier,
  knownPerformance,
  measurePerformance,
  providerNames,
  type ProviderName,
} from '../inference/index.ts'
import {
  knowledgeBaseStatistics,
  openKnowledgeBase,
  openNameVectors,
  openWithExtras,
  type NameVectors,
} from '../knowledge/index.ts'
import { createLinker } from '../linking/index.ts'
import {
  createCandidateService,
  createLanguageModelServer,
  createServerModel,
  readServerAddress,
  userCacheFolder,
} from '../network/index.ts'
import { createPipelineFiles } from '../pipeline/index.ts'
import type { Assets, Messages } from './ports.ts'

/** Where the key of a server with a language model stands, when it asks for one. */
const SERVER_KEY_VARIABLE = 'CONCEPTLENS_LM_KEY'

/** Opens what ships with the program, or what settings name. `distDir` is the folder of the bundles. */
export function createAssets(distDir: string, messages: Messages): Assets {
  const folderOf = (path: string): string => (path === '' ? join(distDir, 'starter-kb') : path)
  const engineScript = join(distDir, 'engine.cjs')
  // What an engine warns of (a fall back, a restart) concerns people; each message comes once.
  const logger: Logger = { ...messages, warn: (message) => messages.show('warning', message) }
  const trialFolder = join(userCacheFolder(process.env), 'trials')
  const modelAt = (path: string): string => (path === '' ? join(distDir, '..', 'models', 'linker') : path)
  const trialOf = (path: string) => ({ modelDir: modelAt(path), engineScript, cacheFolder: trialFolder })
  let vectors: NameVectors | undefined
  return {
    openKnowledgeBase: async (path) => {
      await Promise.resolve()
      vectors ??= openNameVectors(join(distDir, '..', 'models', 'names'))
      return openKnowledgeBase(folderOf(path), { vectors })
    },
    async withExtras(main, paths) {
      const problems: string[] = []
      const knowledgeBase = await openWithExtras(main, paths, {
        cacheFolder: join(userCacheFolder(process.env), 'extra-kb'),
        vectors,
        onProblem: ({ message }) => void problems.push(message),
        onNote: (message) => messages.show('warning', message),
      })
      return { knowledgeBase, problems }
    },
    stampOf(path) {
      const found = statSync(path, { throwIfNoEntry: false })
      return found ? `${found.mtimeMs} ${found.size}` : ''
    },
    describeKnowledgeBase(path) {
      const { info, diskBytes } = knowledgeBaseStatistics(folderOf(path))
      const { name, version, nConcepts, nNames, sources } = info
      return { path, name, version, nConcepts, nNames, sizeBytes: diskBytes, sources }
    },
    openEngine: ({ modelPath, provider, nProcesses }) =>
      createEngine({
        modelDir: modelAt(modelPath),
        engineScript,
        provider: providerOf(provider),
        processes: nProcesses,
        use: 'editing',
        trialFolder,
        logger,
      }),
    openGliner: ({ modelPath, provider }) =>
      createGliner({
        modelDir: modelPath,
        engineScript,
        cacheFolder: join(userCacheFolder(process.env), 'labels'),
        provider: providerOf(provider),
        logger,
      }),
    openClassifier: ({ modelPath, aggregation, provider }) =>
      createTokenClassifier({
        ...{ modelDir: modelPath, engineScript, aggregation },
        provider: providerOf(provider),
        logger,
      }),
    knownTrial: (path) => knownPerformance(trialOf(path)),
    measureTrial: (path, how) => measurePerformance({ ...trialOf(path), ...how, logger: messages }),
    loadPerCore: () => (loadavg()[0] ?? 0) / availableParallelism(),
    pipelineFiles: createPipelineFiles(join(distDir, '..', 'media', 'pipelines')),
    openRemote: createCandidateService,
    openLanguageModel: async (choice) => {
      if (choice.use === 'folder')
        return createGenerative({
          modelDir: choice.modelPath,
          engineScript,
          provider: providerOf(choice.provider),
          logger,
        })
      const { address, allowedHosts, model, timeoutMs } = choice
      const key = process.env[SERVER_KEY_VARIABLE]
      return createServerModel(
        createLanguageModelServer({
          ...{ model, timeoutMs, address: readServerAddress(address, allowedHosts) },
          ...(key ? { key } : {}),
        }),
      )
    },
    createLinker,
  }
}

function providerOf(setting: string): ProviderName {
  return providerNames.find((name) => name === setting) ?? 'auto'
}
