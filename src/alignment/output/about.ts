/** What an export says of itself. */
export interface AboutAlignment {
  /** The table's file name. */
  readonly table: string
  /** Name and version of the knowledge base. */
  readonly knowledgeBase: { readonly name: string; readonly version: string }
  readonly toolVersion: string
  /** ISO 8601 day in UTC. */
  readonly date: string
  /** BCP 47 tag of the terms. */
  readonly language: string
  /** Address of the licence of the mappings; `undefined` when nobody said. */
  readonly licence?: string | undefined
}

/** An address for the set of mappings of a table; the same for the same table's name. */
export function addressOf({ table }: AboutAlignment): string {
  return `urn:conceptlens:alignment:${encodeURIComponent(table)}`
}
