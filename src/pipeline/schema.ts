import * as v from 'valibot'

/**
 * The one table of what the description of a pipeline may say. The types of {@link Pipeline}, the JSON Schema for editors and the
 * reference of the manual derive from it; tests fail when one of them is stale.
 */

const about = v.description

const probability = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
const weight = v.pipe(v.number(), v.minValue(0), v.maxValue(10))
const texts = v.array(v.pipe(v.string(), v.nonEmpty()))
const count = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most))
const path = v.pipe(v.string(), v.nonEmpty())

const named = <const K extends string, const E extends v.ObjectEntries>(kind: K, words: string, entries: E) =>
  v.pipe(v.strictObject({ kind: v.literal(kind), ...entries }), about(words))

/** Detectors of mentions, by their kind; each is one line of {@link DETECTORS} and one in the factory of stages. */
export const DETECTORS = [
  named('tagger', 'The tagger of the model: what annotators would mark.', {}),
  named('dictionary', 'Every name of the knowledge base, and abbreviations whose long form is one.', {
    groups: v.pipe(
      v.optional(texts),
      about(
        'Semantic groups whose names count (`DISO`), and those without a known group. Absent: all; with the convention `entities` diseases, chemicals, genes and species.',
      ),
    ),
  }),
  named(
    'named-types',
    'Types that you name in words, found by a GLiNER model. Without labels it finds nothing.',
    {
      labels: v.pipe(
        v.optional(texts, []),
        about('The types (`assay`, `cell line`); one may have a threshold of its own: `assay = 0.3`.'),
      ),
      threshold: v.pipe(v.optional(probability, 0.5), about('Probability that a mention must exceed.')),
      model: v.pipe(
        v.optional(path),
        about(
          'Folder of the GLiNER model, from the folder of this file. The setting `mentions.namedTypeModel`, where a person has set it, holds before it.',
        ),
      ),
    },
  ),
  named(
    'token-classification',
    'The entities of a token-classification model of your own (Hugging Face, in ONNX).',
    {
      model: v.pipe(path, about('Folder of the model, from the folder of this file.')),
      types: v.pipe(
        v.optional(texts, []),
        about('Semantic groups of its types where they are not the usual ones: `Cancer = DISO`.'),
      ),
      aggregation: v.pipe(
        v.optional(v.picklist(['auto', 'simple', 'first', 'average', 'max']), 'auto'),
        about(
          'How labels of word pieces become labels of words. `auto`: `first`, where the tokenizer knows words.',
        ),
      ),
      threshold: v.pipe(
        v.optional(probability, 0),
        about('Probability from which a mention counts; what the model says is not calibrated.'),
      ),
    },
  ),
] as const

const detector = v.variant('kind', [
  ...DETECTORS,
  named('first-of', 'The first of several detectors that does; the others are not asked.', {
    until: v.pipe(
      v.optional(v.picklist(['works', 'finds']), 'works'),
      about(
        '`works`: the first that answers at all. `finds`: the first that finds something in the passage.',
      ),
    ),
    detectors: v.pipe(
      v.array(v.variant('kind', [...DETECTORS])),
      v.minLength(2),
      about('The detectors, the preferred one first.'),
    ),
  }),
])

const layerEntries = {
  ifFewerThan: v.pipe(
    v.optional(count(1, 64)),
    about(
      'The layer is asked only where those above it found fewer concepts than this. Absent: whenever there is room.',
    ),
  ),
}

/** Sources of candidates, by their kind. */
export const LAYERS = [
  named('fused', 'Equal names, then names alike in letters and in meaning, in one order.', layerEntries),
  named('exact', 'Concepts with a name that equals the text but for case and punctuation.', layerEntries),
  named('lexical', 'Concepts with a name alike in its letters (cosine of character 3-grams).', layerEntries),
  named('dense', 'Concepts with a name alike in meaning (cosine of vectors of names).', layerEntries),
  named(
    'rocchio',
    'Concepts with a name near in meaning to the text together with its first candidates (Rocchio’s feedback). It must stand above `fused`, which leaves no room.',
    {
      alpha: v.pipe(v.optional(weight, 1), about('Weight of the text’s own vector.')),
      beta: v.pipe(
        v.optional(weight, 0.5),
        about('Weight of the mean vector of the first candidates, all names of each together.'),
      ),
      from: v.pipe(v.optional(count(1, 20), 3), about('How many of the first candidates count.')),
      most: v.pipe(v.optional(count(1, 64), 10), about('How many concepts it finds at most.')),
      ...layerEntries,
    },
  ),
  named(
    'dictionary',
    'Concepts of a vocabulary of your own, also in the knowledge base as all others see it.',
    {
      path: v.pipe(
        path,
        about(
          'Names table (`.csv`, `.tsv`), other file that can be imported, or folder of a knowledge base, from the folder of this file.',
        ),
      ),
      ...layerEntries,
    },
  ),
  named('remote', 'Concepts that a service of yours names.', {
    url: v.pipe(
      v.string(),
      v.url(),
      about(
        'Address of the service, on this machine; another machine must be in the setting `candidates.allowedHosts` of the person who runs it.',
      ),
    ),
    timeoutMs: v.pipe(v.optional(count(50, 60_000), 2000), about('How long it may take, in milliseconds.')),
    ...layerEntries,
  }),
] as const

const stepEntries = {
  ifBelow: v.pipe(
    v.optional(probability),
    about(
      'It gets the mentions whose answer so far is less probable than this, and those without one. Absent: only those without.',
    ),
  ),
}

/** How a language model is asked when nobody says otherwise. */
export const ASKING = { candidates: 10, ifBelow: 0.6, atMost: 40, orders: 1, feedback: 0 } as const

/** Rankers, by their kind. */
export const RERANKERS = [
  named(
    'certain',
    'Names, counts and what the tagger takes the mention for, where they leave little doubt. It spares the model these mentions and leaves it all others.',
    {
      from: v.pipe(
        v.optional(probability, 0.9),
        about('It answers where the best candidate has an equal name and at least this share.'),
      ),
      candidates: v.pipe(v.optional(count(1, 20), 7), about('How many candidates get a probability.')),
      ...stepEntries,
    },
  ),
  named('two-stream', 'The model reads the passage once and every candidate against it.', {
    candidates: v.pipe(
      v.optional(count(1, 20), 7),
      about('How many candidates of a mention it reads at most.'),
    ),
    ...stepEntries,
  }),
  named('prior', 'Names and counts alone. It answers everything.', {
    candidates: v.pipe(v.optional(count(1, 20), 7), about('How many candidates get a probability.')),
    ...stepEntries,
  }),
  named(
    'generative',
    'A language model reads the least certain mentions of the whole document with their candidates as lettered options, and names one or none. It stands last. Which model is no matter of a description: the person who runs it says that in the settings `generative.use`, `generative.folder` and `languageModel.server`.',
    {
      candidates: v.pipe(
        v.optional(count(1, 10), ASKING.candidates),
        about('How many candidates of a mention it is shown at most.'),
      ),
      ifBelow: v.pipe(
        v.optional(probability, ASKING.ifBelow),
        about(
          'It is asked about mentions whose answer, “none of these” included, is less probable than this. The setting `generative.below`, where a person has set it, holds before it.',
        ),
      ),
      atMost: v.pipe(
        v.optional(count(1, 1000), ASKING.atMost),
        about(
          'About so many mentions of a document at most, the least certain ones. The setting `generative.mostMentions`, where a person has set it, holds before it.',
        ),
      ),
      orders: v.pipe(
        v.optional(count(1, 10), ASKING.orders),
        about(
          'In how many orders it is shown the candidates; the mean of its answers counts. The setting `generative.orders`, where a person has set it, holds before it.',
        ),
      ),
      feedback: v.pipe(
        v.optional(count(0, 10), ASKING.feedback),
        about(
          'How many other names it first writes for each of these mentions, and for mentions without any candidate. They are looked up in the layers, and concepts that are found by them take up to half of the places among the candidates that it is shown. 0: none. The setting `generative.feedback`, where a person has set it, holds before it.',
        ),
      ),
    },
  ),
] as const

/** Sections by their key. */
const sections = {
  mentions: v.strictObject({
    convention: v.pipe(
      v.picklist(['concepts', 'entities', 'both']),
      about(
        'What counts as a mention. `concepts`: of every semantic group, as MedMentions annotates. `entities`: diseases, chemicals, genes and species, as BC5CDR and BioRED do.',
      ),
    ),
    abbreviations: v.pipe(
      v.boolean(),
      about('Whether short forms that the document defines are looked up by their long form.'),
    ),
    detectors: v.pipe(
      v.array(detector),
      v.minLength(1),
      about('Who proposes mentions: all of these together. What the author marked always counts.'),
    ),
  }),
  candidates: v.strictObject({
    kept: v.pipe(count(1, 64), about('How many candidates of a mention are kept for people.')),
    layers: v.pipe(
      v.array(v.variant('kind', [...LAYERS])),
      v.minLength(1),
      about(
        'Where candidates come from, in the order of priority: a concept stands where it was found first.',
      ),
    ),
  }),
  ranking: v.strictObject({
    rerankers: v.pipe(
      v.array(v.variant('kind', [...RERANKERS])),
      v.minLength(1),
      about(
        'Who ranks candidates, one after the other: each gets the mentions that those before it left uncertain.',
      ),
    ),
  }),
  filters: v.strictObject({
    types: v.pipe(
      texts,
      about(
        'Only concepts of these semantic groups (`DISO`) or types (`T047`, `Disease or Syndrome`). Empty: all.',
      ),
    ),
    sources: v.pipe(
      texts,
      about('Only concepts with a name from these sources of the knowledge base (`MSH`). Empty: all.'),
    ),
    generalWords: v.pipe(
      v.picklist(['hide', 'show']),
      about('What happens to words that every paper uses, such as “patients”, “analysis” or “increase”.'),
    ),
    mentionProbability: v.pipe(
      v.union([v.literal('model'), probability]),
      about('The least probability of a tagged mention. `model`: as the model itself says.'),
    ),
    minProbability: v.pipe(probability, about('Links with a lower probability are not shown.')),
  }),
  document: v.strictObject({
    consistency: v.pipe(
      v.boolean(),
      about(
        'Whether words that are a mention in most places of a document are one in all of them, and in none where they are in few.',
      ),
    ),
    coherence: v.pipe(
      v.number(),
      v.minValue(0),
      v.maxValue(10),
      about('How much mentions with different words for a concept support each other. 0: not at all.'),
    ),
    agreement: v.pipe(
      v.boolean(),
      about('Whether equal mentions of a document share their mean probabilities.'),
    ),
    temper: v.pipe(
      v.union([v.literal('auto'), v.pipe(v.number(), v.minValue(0.1), v.maxValue(1))]),
      about(
        'The power that probabilities are raised to afterwards, which makes them less sure. 1: they stay. `auto`: 0.88, and 1 where one vocabulary has every concept of the knowledge base.',
      ),
    ),
  }),
}

const model = v.pipe(
  v.string(),
  v.nonEmpty(),
  about(
    'The model that tags and ranks: `built-in`, `none`, or a folder, from the folder of this file. The setting `model.path`, where a person has set it, holds before it.',
  ),
)
const description = v.pipe(v.string(), about('What the pipeline is for, in your words.'))

/** A whole pipeline: everything is said. */
export const pipelineSchema = v.strictObject({ description: v.optional(description), model, ...sections })

/** A file: what it does not say is as in the pipeline that it extends. */
export const fileSchema = v.strictObject({
  extends: v.pipe(
    v.optional(v.string()),
    about(
      'The pipeline that holds where this file says nothing: `default`, `fast`, `accurate`, `zero-shot`, `dictionary-only`, or a file. Absent: `default`.',
    ),
  ),
  description: v.optional(description),
  model: v.optional(model),
  mentions: section(sections.mentions, 'What is taken for a mention, and by whom.'),
  candidates: section(sections.candidates, 'Which concepts a mention may mean.'),
  ranking: section(sections.ranking, 'How probable each of them is.'),
  filters: section(sections.filters, 'What is left out.'),
  document: section(sections.document, 'How the mentions of one document influence each other.'),
})

function section<const E extends v.ObjectEntries>(whole: v.StrictObjectSchema<E, undefined>, words: string) {
  return v.pipe(v.optional(v.partial(whole)), about(words))
}

/** A pipeline as the linker runs it. */
export type Pipeline = v.InferOutput<typeof pipelineSchema>
export type DetectorOptions = Pipeline['mentions']['detectors'][number]
export type LayerOptions = Pipeline['candidates']['layers'][number]
export type RerankerOptions = Pipeline['ranking']['rerankers'][number]
export type GenerativeOptions = RerankerOptions & { readonly kind: 'generative' }

/** How a pipeline asks a language model; `undefined` when it does not. */
export function generativeOf({ ranking }: Pick<Pipeline, 'ranking'>): GenerativeOptions | undefined {
  return ranking.rerankers.find((one) => one.kind === 'generative')
}
