import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Problem } from '../../../src/core/index.ts'
import type { ConceptDraft, ImportSink, SourceDescription } from '../../../src/knowledge/import/draft.ts'
import { openSources } from '../../../src/knowledge/import/sources.ts'

/** What a reader handed over. */
export interface Recorded {
  readonly concepts: readonly ConceptDraft[]
  readonly equals: readonly (readonly [a: string, b: string, source: string])[]
  readonly sources: readonly SourceDescription[]
  readonly problems: readonly Problem[]
  /** Bytes that the reader reported. */
  readonly bytes: number
}

/** Reads one file, its kind told by its content, and records what comes. */
export async function recordedFrom(path: string): Promise<Recorded> {
  const concepts: ConceptDraft[] = []
  const equals: [string, string, string][] = []
  const sources: SourceDescription[] = []
  const problems: Problem[] = []
  let bytes = 0
  const sink: ImportSink = {
    concept: (draft) => void concepts.push(draft),
    equal: (a, b, source) => void equals.push([a, b, source]),
    source: (description) => void sources.push(description),
    problem: (problem) => void problems.push(problem),
    advance: (n) => void (bytes += n),
  }
  const [source] = await openSources([path])
  await source!.read(sink)
  return { concepts, equals, sources, problems, bytes }
}

/** Reads a file of this name and content. */
export async function recorded(name: string, content: string | Uint8Array): Promise<Recorded> {
  const dir = mkdtempSync(join(tmpdir(), 'kb-source-'))
  try {
    const path = join(dir, name)
    writeFileSync(path, content)
    return await recordedFrom(path)
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** The concept with this id; throws when the reader gave none. */
export function draftIn({ concepts }: Recorded, id: string): ConceptDraft {
  const found = concepts.find((draft) => draft.id === id)
  if (!found) throw new Error(`No concept ${id} among ${concepts.map((draft) => draft.id).join(', ')}`)
  return found
}

/** The names of a draft as `kind:text`. */
export function namesIn(draft: ConceptDraft): string[] {
  return draft.names.map(({ kind, text }) => `${kind}:${text}`)
}
