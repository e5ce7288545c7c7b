/**
 * The one table of settings. The type {@link Settings}, the `configuration` block of package.json, the manual page and
 * the command-line flags derive from it; tests fail when one of them is stale.
 */

import type { Setting } from './setting.ts'

/** The prefix that all settings have in an editor. */
export const SETTINGS_SECTION = 'conceptLens'

/** Every setting by its key without the prefix. */
export const SETTINGS = {
  enable: {
    type: 'boolean',
    default: true,
    scope: 'resource',
    description: 'Link the concepts of manuscripts while they are open.',
  },
  languages: {
    type: 'list',
    default: ['markdown', 'latex', 'tex', 'quarto', 'rmd', 'plaintext'],
    scope: 'resource',
    description: 'Language ids of the documents that are linked.',
  },
  'inlayHints.show': {
    type: 'choice',
    default: 'first',
    scope: 'resource',
    choices: {
      first: 'Behind the first mention of a concept in every passage.',
      all: 'Behind every linked mention.',
      uncertain: 'Only behind mentions whose link is below `#conceptLens.inlayHints.certainFrom#`.',
      off: 'No hints; hovers and quick fixes stay.',
    },
    description: 'Which linked mentions get an inlay hint.',
  },
  'inlayHints.label': {
    type: 'choice',
    default: 'id',
    scope: 'resource',
    choices: {
      id: 'The id, for example `C0011849` or `GO:0006915`.',
      name: 'The preferred name, shortened.',
    },
    description: 'What an inlay hint says.',
  },
  'inlayHints.certainFrom': {
    type: 'number',
    default: 0.8,
    minimum: 0,
    maximum: 1,
    scope: 'resource',
    description: 'Probability from which a link counts as certain (0 to 1).',
  },
  pipeline: {
    type: 'text',
    default: '',
    scope: 'machine',
    flag: '--pipeline <p>',
    description:
      'How mentions, candidates and links are found: `fast`, `accurate`, `zero-shot`, `dictionary-only`, or the path of a description (`conceptlens.pipeline.yaml`). Empty: the `conceptlens.pipeline.yaml` of the workspace folder, where you trust it, else `default`. Settings that you set yourself hold before what a description says.',
  },
  minimumProbability: {
    type: 'number',
    default: 0.5,
    minimum: 0,
    maximum: 1,
    scope: 'resource',
    flag: '--min-probability <p>',
    description:
      'Links with a lower probability (0 to 1) are not shown. Links that you chose are always shown.',
  },
  generalWords: {
    type: 'choice',
    default: 'hide',
    scope: 'resource',
    flag: '--general-words <g>',
    choices: { hide: 'They stay without a link.', show: 'They are linked like other words.' },
    description: 'What happens to words that every paper uses, such as “patients”, “analysis” or “increase”.',
  },
  'mentions.convention': {
    type: 'choice',
    default: 'concepts',
    scope: 'resource',
    flag: '--convention <c>',
    choices: {
      concepts: 'Concepts of every semantic group, as MedMentions annotates them.',
      entities: 'Diseases, chemicals, genes and species, as BC5CDR and BioRED annotate them.',
      both: 'What either of them counts.',
    },
    description: 'What counts as a mention.',
  },
  'mentions.namedTypes': {
    type: 'list',
    default: [],
    scope: 'resource',
    flag: '--labels <types>',
    description:
      'Types of mentions that you name in words (`assay`, `cell line`), found with the model of `#conceptLens.mentions.namedTypeModel#`. A type may have a threshold of its own: `assay = 0.3`.',
  },
  'mentions.namedTypeThreshold': {
    type: 'number',
    default: 0.5,
    minimum: 0,
    maximum: 1,
    scope: 'resource',
    flag: '--label-threshold <p>',
    description: 'Probability (0 to 1) that a mention of a named type must exceed.',
  },
  'mentions.namedTypeModel': {
    type: 'text',
    default: '',
    scope: 'machine',
    flag: '--gliner <dir>',
    description:
      'Folder of a GLiNER model in ONNX that finds mentions of `#conceptLens.mentions.namedTypes#`. Empty: none are found.',
  },
  'candidates.ranked': {
    type: 'integer',
    default: 7,
    minimum: 1,
    maximum: 20,
    scope: 'resource',
    flag: '--candidates <n>',
    description:
      'How many candidates of a mention the model reads and ranks, chosen by their names and counts. More is slower.',
  },
  'candidates.types': {
    type: 'list',
    default: [],
    scope: 'resource',
    flag: '--only-types <type>',
    description:
      'Link only to concepts of these semantic groups (`DISO`, `CHEM`) or semantic types (`T047`, `Disease or Syndrome`). Empty: to all.',
  },
  'candidates.sources': {
    type: 'list',
    default: [],
    scope: 'resource',
    flag: '--only-sources <source>',
    description:
      'Link only to concepts that have a name from these sources of the knowledge base (`MSH`, `MONDO`). Empty: to all.',
  },
  'candidates.allowedHosts': {
    type: 'list',
    default: [],
    scope: 'user',
    flag: '--candidate-host <host>',
    description:
      'Other machines to which words of your manuscripts may be sent when a pipeline asks a service there for candidates (`terms.example.org`). Empty: none; services on this machine need no permission.',
  },
  'alignment.acceptFrom': {
    type: 'number',
    default: 0.8,
    minimum: 0,
    maximum: 1,
    scope: 'resource',
    flag: '--accept-from <p>',
    description:
      'Terms of a table whose concept has at least this probability (0 to 1) are accepted without a review, unless the second opinion prefers another concept.',
  },
  'alignment.reviewFrom': {
    type: 'number',
    default: 0.1,
    minimum: 0,
    maximum: 1,
    scope: 'resource',
    flag: '--review-from <p>',
    description: 'Terms of a table whose best concept has a lower probability (0 to 1) get no concept.',
  },
  'alignment.secondOpinion': {
    type: 'choice',
    default: 'never',
    scope: 'resource',
    flag: '--second-opinion <s>',
    choices: {
      never: 'For none: by names alone.',
      uncertain: 'For terms that their names leave in doubt; about three times slower.',
      always: 'For every term; slower still.',
    },
    description:
      'For which terms of a table the model is asked as well. Where it prefers another concept than the names, the term is for review.',
  },
  'knowledgeBase.path': {
    type: 'text',
    default: '',
    scope: 'machine',
    flag: '--kb <dir>',
    description:
      'Folder of the knowledge base to link to, made with `conceptlens kb import`. Empty: the starter knowledge base.',
  },
  'knowledgeBase.extra': {
    type: 'list',
    default: [],
    scope: 'machine',
    flag: '--extra-kb <path>',
    description:
      'Small vocabularies of your own that are found together with the knowledge base: names tables (`.csv`, `.tsv`), other files that can be imported, or folders of knowledge bases. At most 100,000 names each.',
  },
  'umls.definitions': {
    type: 'boolean',
    default: false,
    scope: 'machine',
    description:
      'Fetch definitions of UMLS concepts that the knowledge base does not define, when you hover over them. Needs your own key (“ConceptLens: Store UMLS Key…”); only the concept’s CUI is sent, to the U.S. National Library of Medicine.',
  },
  'model.path': {
    type: 'text',
    default: '',
    scope: 'machine',
    flag: '--model <dir>',
    description: 'Folder of the model to link with. Empty: the built-in model.',
  },
  'generative.use': {
    type: 'choice',
    default: 'off',
    scope: 'user',
    flag: '--generative <g>',
    choices: {
      off: 'None; text is read by the built-in model alone.',
      folder: 'The one in `#conceptLens.generative.folder#`, on this machine.',
      server: 'The one behind `#conceptLens.languageModel.server#`.',
      editor:
        'One that the editor offers (`#conceptLens.generative.editorModel#`); most of these run elsewhere, so that text leaves this machine.',
    },
    description:
      'Which language model is asked about mentions whose link is uncertain. It reads the passage with up to ten candidates and names one, or none.',
  },
  'generative.folder': {
    type: 'text',
    default: '',
    scope: 'machine',
    flag: '--generative-folder <dir>',
    description: 'Folder of a causal language model in ONNX, as onnx-community publishes them.',
  },
  'generative.editorModel': {
    type: 'text',
    default: '',
    scope: 'user',
    description:
      'Which of the editor’s language models: its vendor, family or id (`copilot`, `gpt-4o`). Empty: the first one that the editor names.',
  },
  'generative.below': {
    type: 'number',
    default: 0.6,
    minimum: 0,
    maximum: 1,
    scope: 'resource',
    flag: '--generative-below <p>',
    description:
      'The language model is asked about mentions whose answer has a lower probability (0 to 1), “none of these” included. 1: about all.',
  },
  'generative.mostMentions': {
    type: 'integer',
    default: 40,
    minimum: 1,
    maximum: 1000,
    scope: 'resource',
    flag: '--generative-most <n>',
    description:
      'How many mentions of a document the language model is asked about at most when it is linked.',
  },
  'generative.orders': {
    type: 'integer',
    default: 1,
    minimum: 1,
    maximum: 10,
    scope: 'resource',
    flag: '--generative-orders <n>',
    description:
      'In how many orders candidates are shown to the language model; the mean of its answers counts. Each costs a question more.',
  },
  'generative.feedback': {
    type: 'integer',
    default: 0,
    minimum: 0,
    maximum: 10,
    scope: 'resource',
    flag: '--generative-feedback <n>',
    description:
      'How many other names the language model writes for each mention that it is asked about, and for mentions without any candidate. They are looked up, and what is found joins the candidates that it chooses among. Writing takes a model much longer than choosing. 0: none.',
  },
  'languageModel.server': {
    type: 'text',
    default: '',
    scope: 'user',
    flag: '--lm-server <url>',
    description:
      'Address of a server with a language model and an OpenAI-compatible interface, on this machine: `http://127.0.0.1:11434/v1` (Ollama), `http://127.0.0.1:8080/v1` (llama.cpp), `http://127.0.0.1:8000/v1` (vLLM). Empty: none.',
  },
  'languageModel.model': {
    type: 'text',
    default: '',
    scope: 'user',
    flag: '--lm-model <name>',
    description: 'Name of the model that the server is asked for. Empty: the only one that it has.',
  },
  'languageModel.allowedHosts': {
    type: 'list',
    default: [],
    scope: 'user',
    flag: '--lm-host <host>',
    description:
      'Other machines to which text of your manuscripts may be sent when `#conceptLens.languageModel.server#` lies there (`gpu.example.org`). Empty: none; text stays on this machine.',
  },
  'languageModel.timeout': {
    type: 'integer',
    default: 60,
    minimum: 1,
    maximum: 3600,
    scope: 'user',
    flag: '--lm-timeout <s>',
    description: 'How long the server may take for an answer, in seconds.',
  },
  'engine.provider': {
    type: 'choice',
    default: 'auto',
    scope: 'machine',
    flag: '--provider <p>',
    choices: {
      auto: 'What a trial on this machine found best; the processor until then, and wherever nothing else ranks as it does.',
      cpu: 'The processor.',
      webgpu: 'A graphics card, through WebGPU.',
      cuda: 'An NVIDIA graphics card, where CUDA is installed.',
      dml: 'A graphics card on Windows, through DirectML.',
      coreml: 'A Mac, through Core ML.',
    },
    description:
      'What the model runs on. Falls back to the processor, and says why. “ConceptLens: Show Performance Report” tells what a trial on this machine found.',
  },
  'engine.processes': {
    type: 'integer',
    default: 0,
    minimum: 0,
    maximum: 64,
    scope: 'machine',
    flag: '--processes <n>',
    description:
      'Processes that run the model side by side; each takes about 250 MB and one or two cores. 0: one in an editor, where a passage at a time is linked, and two on the command line.',
  },
  'engine.lowPower': {
    type: 'choice',
    default: 'auto',
    scope: 'machine',
    choices: {
      auto: 'While the machine runs on its battery.',
      on: 'Always.',
      off: 'Never.',
    },
    description:
      'When to spare power: only what is on the screen is linked by itself, by one thread, after a longer pause in typing. “Link Document” still links all.',
  },
  'bioc.offsetUnit': {
    type: 'choice',
    default: 'code-point',
    scope: 'resource',
    flag: '--offset-unit <u>',
    choices: {
      'code-point': 'Unicode code points, what most readers expect.',
      byte: 'UTF-8 bytes, as the BioC DTD says.',
      utf16: 'UTF-16 code units, as JavaScript and Java count.',
    },
    description: 'The unit of offsets and lengths in exported BioC files.',
  },
  'bioc.profile': {
    type: 'choice',
    default: 'generic',
    scope: 'resource',
    flag: '--profile <p>',
    choices: {
      generic: '`identifier`, `database`, `name`, `semantic_type`, `score`, `chosen_by`.',
      pubtator3: 'The infons of PubTator 3.',
      entitytools: '`concept_id` and `all_links`.',
    },
    description: 'Which infons exported BioC files use.',
  },
  'trace.server': {
    type: 'choice',
    default: 'off',
    scope: 'resource',
    choices: { off: 'Nothing.', messages: 'The messages.', verbose: 'The messages with their content.' },
    description: 'What of the traffic between the editor and the language server is logged.',
  },
} as const satisfies Readonly<Record<string, Setting>>

export type SettingKey = keyof typeof SETTINGS

/** Keys of the settings that the command line has an option for. */
export type FlaggedSettingKey = {
  [K in SettingKey]: (typeof SETTINGS)[K] extends { readonly flag: string } ? K : never
}[SettingKey]

type ValueOf<S extends Setting> = S extends { readonly type: 'boolean' }
  ? boolean
  : S extends { readonly type: 'number' | 'integer' }
    ? number
    : S extends { readonly type: 'choice'; readonly choices: infer C }
      ? keyof C & string
      : S extends { readonly type: 'list' }
        ? readonly string[]
        : string

/** The value of every setting, by key. */
export type Settings = { readonly [K in SettingKey]: ValueOf<(typeof SETTINGS)[K]> }

/** What VS Code takes from the user only while a workspace is not trusted. */
export const RESTRICTED_SETTINGS: readonly string[] = entries()
  .filter(([, setting]) => setting.scope === 'machine')
  .map(([key]) => `${SETTINGS_SECTION}.${key}`)

/** The table as `[key, setting]` pairs, in its order. */
export function entries(): readonly (readonly [SettingKey, Setting])[] {
  return Object.entries(SETTINGS) as [SettingKey, Setting][]
}
