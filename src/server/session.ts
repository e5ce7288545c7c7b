import type { ServerInfo } from '../protocol/index.ts'
import type { Configuration } from './configuration.ts'
import type { DecisionsStore } from './decisionsStore.ts'
import type { LinkingLoop } from './linkingLoop.ts'
import type { OpenManuscript } from './manuscripts.ts'
import type { Performance } from './performance.ts'
import type { Assets, Exporter, RemoteDefinitions, Timers } from './ports.ts'
import type { Tools } from './workbench.ts'

/** What a handler may use. One per connection, wired in `server.ts`. */
export interface Session {
  /** Hovers may link to our commands, and quick fixes run them. */
  readonly hasCommands: boolean
  readonly configuration: Configuration
  readonly decisions: DecisionsStore
  readonly loop: LinkingLoop
  readonly exporter: Exporter
  readonly definitions: RemoteDefinitions
  readonly timers: Timers
  readonly performance: Performance
  /** An open document that may be a manuscript. */
  manuscript(uri: string): OpenManuscript | undefined
  /** The linker for a document, or for the window's settings; `undefined` when there is no knowledge base. */
  toolsFor(manuscript: OpenManuscript | undefined): Promise<Tools | undefined>
  info(): ServerInfo
  /** See {@link Assets.describeKnowledgeBase}. */
  readonly describeKnowledgeBase: Assets['describeKnowledgeBase']
  /** Links all open documents again, because something that they share changed. */
  relinkAll(): void
}
