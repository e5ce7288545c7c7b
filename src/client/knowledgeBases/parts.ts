import type { Host } from '../host.ts'
import type { Library } from './library.ts'

/** What the commands on knowledge bases work with. */
export interface KnowledgeBaseParts {
  readonly host: Host
  readonly library: Library
  /** The built command line, which does the long work in a process of its own. */
  readonly script: string
  /** Where downloads are kept, and continued. */
  readonly downloads: string
  /** The folder that `path` means: the built-in one for the empty path. */
  folderOf(path: string): string
  /** Shows the list anew. */
  refresh(): void
}
