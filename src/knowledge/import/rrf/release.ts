import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ConceptLensError } from '../../../core/index.ts'
import { openSource } from '../lines.ts'
import { FILE_NAMES, type ReleaseFile } from './columns.ts'
import { plainName, type Member } from './member.ts'
import { isZip, zipMembers } from './zip.ts'

/** The files of a release that are read. */
export interface Release {
  readonly kind: 'umls' | 'rxnorm'
  /** The files on the disk, to tell whether they changed. */
  readonly files: readonly string[]
  readonly members: Readonly<Partial<Record<ReleaseFile, Member>>> & { readonly conso: Member }
}

/** Folders of a release in which its files may lie. */
const FOLDERS = ['', 'META', 'rrf', 'RRF'] as const

/**
 * Finds a release: a folder, a zip file, or one file of a folder. `undefined` when there is no MRCONSO.RRF or
 * RXNCONSO.RRF, so that it may be something else.
 */
export async function findRelease(path: string): Promise<Release | undefined> {
  if (statSync(path).isDirectory()) return inFolder(path)
  if (/(?:MR|RXN)[A-Z]+\.RRF(?:\.gz)?$/i.test(basename(path))) return inFolder(dirname(path))
  return (await isZip(path)) ? releaseOf(await zipMembers(path), [path]) : undefined
}

function inFolder(path: string): Release | undefined {
  const below = readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name, join(entry.name, 'META')] : [],
  )
  for (const folder of [...FOLDERS, ...below]) {
    const dir = join(path, folder)
    if (!existsSync(dir)) continue
    const files = readdirSync(dir).filter((file) => /\.RRF(?:\.gz)?$/i.test(file))
    const found = releaseOf(
      files.map((file) => memberOf(join(dir, file))),
      [],
    )
    if (found) return found
  }
  return undefined
}

function memberOf(path: string): Member {
  return {
    name: plainName(path),
    path,
    bytes: statSync(path).size,
    open: (onBytes) => openSource(path, onBytes),
  }
}

/** The release that some files make, when the names are among them. */
function releaseOf(members: readonly Member[], files: readonly string[]): Release | undefined {
  const byName = new Map(members.map((member) => [member.name, member]))
  for (const kind of ['umls', 'rxnorm'] as const) {
    const found: Partial<Record<ReleaseFile, Member>> = {}
    for (const [file, name] of Object.entries(FILE_NAMES[kind])) {
      const member = byName.get(name)
      if (member) found[file as ReleaseFile] = member
    }
    const { conso } = found
    if (!conso) continue
    const read = Object.values(found).map(({ path }) => path)
    return { kind, files: files.length > 0 ? files : read, members: { ...found, conso } }
  }
  return undefined
}

/** The error of a release that lacks a file which the selection needs. */
export function missingFile(path: string, file: string, why: string): ConceptLensError {
  return new ConceptLensError(
    'kb-missing-file',
    `The release ${path} has no ${file}.RRF, which is needed ${why}. Unpack the release again, or leave that out.`,
  )
}
