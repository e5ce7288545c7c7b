import {
  ConceptLensError,
  type CancellationToken,
  type KnowledgeBase,
  type Logger,
  type Mention,
} from '../core/index.ts'
import { annotatedGroups, type Corpus, type DetectorToMeasure } from '../evaluation/index.ts'
import { pubtatorType } from '../formats/index.ts'
import {
  createMentionFinder,
  createPromptedExtractor,
  createStages,
  promptedDetector,
  retrieveCandidates,
  tokenClassificationDetector,
  type MentionDetector,
} from '../linking/index.ts'
import { openWriter } from './openGenerative.ts'
import { openOverKnowledge } from './openKnowledge.ts'
import type { LinkerOptions } from './openLinker.ts'
import { startEngine } from './openStageParts.ts'
import { openTogether } from './openTogether.ts'
import { openTokenClassifier, type TokenClassifierOptions } from './openTokenClassifier.ts'
import { pipelineOf } from './pipelineOptions.ts'
import { stderrLogger } from './terminal.ts'

/** Detectors that can be measured alone. */
export const DETECTORS_ALONE = ['tagger', 'dictionary', 'token-classification', 'language-model'] as const
export type DetectorAlone = (typeof DETECTORS_ALONE)[number]

/** Options of every detector. */
export type DetectorOptions = LinkerOptions & TokenClassifierOptions

/** Detectors that are ready to be measured; end them with `dispose`. */
export interface OpenDetectors {
  readonly detectors: readonly DetectorToMeasure[]
  readonly knowledgeBase: KnowledgeBase
  readonly dispose: () => Promise<void>
}

/** Opens detectors side by side, each with nothing but what it needs. */
export async function openDetectors(
  names: readonly DetectorAlone[],
  options: DetectorOptions,
  corpus: Corpus,
): Promise<OpenDetectors> {
  const logger = stderrLogger(options.log)
  const { knowledgeBase, opened, dispose } = await openOverKnowledge(options, (kb) => {
    const opening: Opening = { options, knowledgeBase: kb, corpus, logger }
    return openTogether(...names.map(async (name) => ({ name, ...(await openers[name](opening)) })))
  })
  const detectors = opened.map(({ name, detector }) => ({ ...detector, name }))
  return { detectors, knowledgeBase, dispose }
}

interface Opening {
  readonly options: DetectorOptions
  readonly knowledgeBase: KnowledgeBase
  readonly corpus: Corpus
  readonly logger: Logger
}

interface Opened {
  readonly detector: Omit<DetectorToMeasure, 'name'>
  readonly dispose: () => Promise<void>
}

const openers: Readonly<Record<DetectorAlone, (opening: Opening) => Promise<Opened>>> = {
  async tagger({ options, knowledgeBase, logger }) {
    if (options.model === false)
      throw new ConceptLensError('usage', 'The tagger is part of the model: leave --no-model out.')
    const engine = await startEngine({ ...options, model: options.model, use: 'editing' }, logger)
    const parts = { knowledgeBase, engine, logger }
    return {
      detector: createMentionFinder(parts, createStages(parts, described('tagger', options))),
      dispose: () => engine.dispose(),
    }
  },
  dictionary({ options, knowledgeBase, logger }) {
    const parts = { knowledgeBase, logger }
    const { find } = createMentionFinder(parts, createStages(parts, described('dictionary', options)))
    const detector = {
      find: async (text: string, token?: CancellationToken) =>
        (await find(text, token)).map((mention) => withGroup(mention, knowledgeBase)),
    }
    return Promise.resolve({ detector, dispose: () => Promise.resolve() })
  },
  async 'token-classification'({ options, knowledgeBase, logger }) {
    const opened = await openTokenClassifier(options, logger)
    if (!opened) throw new ConceptLensError('usage', 'Name the model to measure: --token-classifier DIR.')
    const { classifier, rules } = opened
    const detector = createMentionFinder(
      { knowledgeBase },
      onlyFrom(tokenClassificationDetector(classifier, rules)),
    )
    return { detector, dispose: () => classifier.dispose() }
  },
  async 'language-model'({ options, knowledgeBase, corpus, logger }) {
    const model = await openWriter(options, logger)
    const groups = [...annotatedGroups(corpus, knowledgeBase)]
    const byType = Object.fromEntries(groups.map((group) => [pubtatorType(group), group]))
    const extractor = createPromptedExtractor(model, Object.keys(byType))
    const { find } = createMentionFinder({ knowledgeBase }, onlyFrom(promptedDetector(extractor, byType)))
    return { detector: { find, counts: () => ({ ...extractor.counts() }) }, dispose: () => model.dispose() }
  },
}

/** A name of the dictionary gets its group when it is linked: here that of the concept which its name means first. */
function withGroup(mention: Mention, knowledgeBase: KnowledgeBase): Mention {
  const [best] = retrieveCandidates(knowledgeBase, mention.expansion ?? mention.text, { limit: 1 })
  const [group] = best?.groups ?? []
  return mention.group !== undefined || group === undefined ? mention : { ...mention, group }
}

/** The pipeline of the options with one detector. */
function described(kind: 'tagger' | 'dictionary', options: DetectorOptions): ReturnType<typeof pipelineOf> {
  const pipeline = pipelineOf(options)
  return { ...pipeline, mentions: { ...pipeline.mentions, detectors: [{ kind }] } }
}

/** A detector that decides alone what is a mention. */
const onlyFrom = (detector: MentionDetector): Parameters<typeof createMentionFinder>[1] => ({
  detectors: [detector],
  judging: { heads: [], hideGeneralWords: false, tagThreshold: 0 },
})
