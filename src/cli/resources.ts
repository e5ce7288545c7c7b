import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Where the parts that ship with the program lie. The bundle stands in `dist/`, so its parent is the package. */
const packageRoot = join(__dirname, '..')

/** Paths of what ships with the program. */
export const resources = {
  packageRoot,
  engineScript: join(packageRoot, 'dist', 'engine.cjs'),
  serverScript: join(packageRoot, 'dist', 'server.cjs'),
  model: join(packageRoot, 'models', 'linker'),
  starterKnowledgeBase: join(packageRoot, 'dist', 'starter-kb'),
  samples: join(packageRoot, 'media', 'sample'),
} as const

/** Whether the program runs from a checkout (where `npm run build` can mend things) or from an installed package. */
export function runsFromCheckout(): boolean {
  return existsSync(join(packageRoot, 'src', 'cli'))
}
