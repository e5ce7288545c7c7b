import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { userCacheFolder } from '../network/index.ts'

/** Where the parts that ship with the program lie. The bundle stands in `dist/`, so its parent is the package. */
const packageRoot = join(__dirname, '..')

/** Paths of what ships with the program. */
export const resources = {
  packageRoot,
  engineScript: join(packageRoot, 'dist', 'engine.cjs'),
  vectorScript: join(packageRoot, 'dist', 'vectors.cjs'),
  candidatesScript: join(packageRoot, 'dist', 'candidates.cjs'),
  serverScript: join(packageRoot, 'dist', 'server.cjs'),
  model: join(packageRoot, 'models', 'linker'),
  nameEncoder: join(packageRoot, 'models', 'names'),
  starterKnowledgeBase: join(packageRoot, 'dist', 'starter-kb'),
  /** Which names annotators used for which ids, and how often. */
  observedNames: join(packageRoot, 'models', 'starter-kb', 'observed.tsv.gz'),
  recipe: join(packageRoot, 'models', 'recipe'),
  pipelines: join(packageRoot, 'media', 'pipelines'),
  samples: join(packageRoot, 'media', 'sample'),
} as const

/** Where trials of this machine are kept, for the editor and the command line alike. */
export function trialFolder(): string {
  return join(userCacheFolder(process.env), 'trials')
}

/** The manuscripts in `media/sample/`; files that another one takes in by `\input` are not manuscripts of their own. */
export function sampleManuscripts(): string[] {
  const names = readdirSync(resources.samples)
  return names
    .filter((name) => /^manuscript[.](md|tex)$/.test(name))
    .map((name) => join(resources.samples, name))
}
