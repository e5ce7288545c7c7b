import type { ImportSink, StoreTitle } from './draft.ts'

/** A source whose kind is known and whose header is sound. */
export interface ReadableSource {
  readonly path: string
  /** Only concepts tables name the store they make. */
  readonly title?: StoreTitle
  /** The files that are read, when they are not `path` itself: those of a folder. */
  readonly files?: readonly string[]
  /** How many bytes `read` will say it read; by default the size of the files. */
  readonly bytes?: number
  read(sink: ImportSink): Promise<void>
}

/** A kind of file that can be imported. */
export interface SourceKind {
  /** What such a file is and how it is told, for the message that lists what is allowed. */
  readonly what: string
  /**
   * The source, when the file is of this kind; throws when it is but its header is not sound.
   * `beginning` is the start of the unpacked text, without a byte order mark.
   */
  open(path: string, beginning: string): ReadableSource | undefined
}
