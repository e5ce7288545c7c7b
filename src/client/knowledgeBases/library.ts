import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import type { ReleaseFilters } from '../../protocol/index.ts'

/** What every knowledge base's folder holds. */
const MANIFEST = 'manifest.json'
const ELSEWHERE_KEY = 'knowledgeBases.elsewhere'

/** What a knowledge base was made from, so that it can be made again. */
export interface Origin {
  readonly name: string
  /** Absolute paths of the files and folders imported, without those downloaded. */
  readonly sources: readonly string[]
  /** Ids of the open ontologies that were downloaded for it; they are fetched again. */
  readonly ontologies: readonly string[]
  /** What of releases among the sources was chosen. */
  readonly filters?: ReleaseFilters
}

/** A knowledge base that can be chosen here. */
export interface KnowledgeBaseFolder {
  /** Its absolute path; empty for the one that ships with the program, as in the setting. */
  readonly path: string
  /** `imported`: made by the editor, in its storage. `elsewhere`: of a person's own; never deleted here. */
  readonly place: 'starter' | 'imported' | 'elsewhere'
  readonly origin?: Origin
}

/** Remembers small things between sessions; VS Code's `Memento`. */
export interface Memory {
  get<T>(key: string, defaultValue: T): T
  update(key: string, value: unknown): PromiseLike<void>
}

/** The knowledge bases of this machine that the editor knows. */
export interface Library {
  /** The starter, then those in the editor's storage by name, then those elsewhere; `active` is one of them, whatever it is. */
  list(active: string): Promise<readonly KnowledgeBaseFolder[]>
  /** A folder of the editor's storage that does not exist yet, named after the knowledge base. */
  newFolder(name: string): Promise<string>
  /** Notes what a knowledge base is made from, before it is. */
  remember(path: string, origin: Origin): Promise<void>
  originOf(path: string): Promise<Origin | undefined>
  /** Forgets the origin of a knowledge base that did not come to be. */
  forgetUnmade(path: string): Promise<void>
  /** Whether an import into the editor's storage is under way, here or in another window, or was interrupted. */
  hasBegun(): Promise<boolean>
  /** Where all that the editor imports lies. */
  readonly root: string
  /** Lists a folder that lies elsewhere; false when it is no knowledge base. */
  add(path: string): Promise<boolean>
  /** Deletes a knowledge base from the editor's storage; one that lies elsewhere is only listed no more. */
  remove(path: string): Promise<void>
}

/** The library over a folder of the editor's storage, which need not exist yet. */
export function createLibrary(root: string, memory: Memory): Library {
  const isInside = (path: string): boolean => resolve(path).startsWith(root + sep)
  const elsewhere = (): readonly string[] => memory.get<readonly string[]>(ELSEWHERE_KEY, [])

  return {
    root,
    originOf: readOrigin,
    async forgetUnmade(path) {
      if (!isKnowledgeBase(path)) await rm(originFile(path), { force: true })
    },
    hasBegun: async () =>
      existsSync(root) && (await readdir(root)).some((name) => /^\..+\.building-/.test(name)),
    async list(active) {
      const imported = (await folderNames(root)).map((name) => join(root, name)).filter(isKnowledgeBase)
      const known = new Set(['', ...imported])
      const others = [...elsewhere(), active].filter((path) => !known.has(path) && known.add(path))
      const folders = imported.map(async (path): Promise<KnowledgeBaseFolder> => {
        const origin = await readOrigin(path)
        return { path, place: 'imported', ...(origin ? { origin } : {}) }
      })
      return [
        { path: '', place: 'starter' },
        ...(await Promise.all(folders)),
        ...others.map((path): KnowledgeBaseFolder => ({ path, place: 'elsewhere' })),
      ]
    },
    async newFolder(name) {
      await mkdir(root, { recursive: true })
      const stem = folderName(name)
      for (let n = 1; ; n += 1) {
        const path = join(root, n === 1 ? stem : `${stem}-${n}`)
        if (!existsSync(path)) return path
      }
    },
    async remember(path, origin) {
      const temporary = `${originFile(path)}.part`
      await writeFile(temporary, `${JSON.stringify(origin, null, 2)}\n`)
      await rename(temporary, originFile(path))
    },
    async add(path) {
      if (!isKnowledgeBase(path)) return false
      if (!isInside(path) && !elsewhere().includes(path))
        await memory.update(ELSEWHERE_KEY, [...elsewhere(), path])
      return true
    },
    async remove(path) {
      await memory.update(
        ELSEWHERE_KEY,
        elsewhere().filter((other) => other !== path),
      )
      if (!isInside(path) || dirname(resolve(path)) !== root) return
      await rm(path, { recursive: true, force: true, maxRetries: 3 })
      await rm(originFile(path), { force: true })
    },
  }
}

/** A name as a folder's name that every file system takes. */
export function folderName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  return plain === '' ? 'knowledge-base' : plain
}

function isKnowledgeBase(path: string): boolean {
  return existsSync(join(path, MANIFEST))
}

async function folderNames(root: string): Promise<readonly string[]> {
  if (!existsSync(root)) return []
  const entries = await readdir(root, { withFileTypes: true })
  // Hidden ones are being built.
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort()
}

/** Beside the folder, not in it: an import replaces the folder as a whole. */
function originFile(path: string): string {
  return join(dirname(path), `${basename(path)}.origin.json`)
}

async function readOrigin(path: string): Promise<Origin | undefined> {
  try {
    const text = await readFile(originFile(path), 'utf8')
    const { name, sources, ontologies, filters } = JSON.parse(text) as Origin
    const origin = { name: String(name), sources: sources.map(String), ontologies: ontologies.map(String) }
    return filters ? { ...origin, filters: soundFilters(filters) } : origin
  } catch {
    return undefined // Made by other means, or by hand: it can be used, but not made again from here.
  }
}

function soundFilters({
  languages,
  vocabularies,
  termTypes,
  groups,
  suppressible,
}: ReleaseFilters): ReleaseFilters {
  return {
    languages: languages.map(String),
    ...(vocabularies && { vocabularies: vocabularies.map(String) }),
    ...(termTypes && { termTypes: termTypes.map(String) }),
    ...(groups && { groups: groups.map(String) }),
    suppressible: suppressible === true,
  }
}
