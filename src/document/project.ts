import type { Problem } from '../core/index.ts'
import type { Inclusion } from './block.ts'

/** Reads a file of the project by path or URI; `undefined` when there is none or it is not text. The caller's port to files and open editors. */
export type Reader = (path: string) => string | undefined

/** Where an inclusion stands. */
export interface InclusionContext {
  /** The manuscript's main file: TeX reads relative to its folder. */
  readonly root: string
  /** The files that are open, from the main file to the one that holds the inclusion. */
  readonly within: readonly string[]
  readonly reader: Reader
}

/** How deep files may include each other, so that a reader that makes up files cannot keep us. */
const MAX_DEPTH = 40

/** Finds the file that an inclusion names: as written and with `.tex`, beside the main file, then beside the including file. */
export function resolveInclusion(
  inclusion: Inclusion,
  { root, within, reader }: InclusionContext,
): { readonly file: string; readonly text: string } | { readonly problem: Problem } {
  const candidates = pathsFor(inclusion.path, [root, within[within.length - 1] ?? root])
  const cycle = candidates.find((file) => within.includes(file))
  if (cycle !== undefined || within.length > MAX_DEPTH) {
    const message = `“${inclusion.path}” includes itself: ${[...within, cycle ?? '…'].join(' → ')}. It is left out here; remove one of these inclusions.`
    return { problem: { code: 'latex-inclusion-cycle', severity: 'error', message, span: inclusion.span } }
  }
  for (const file of candidates) {
    const text = reader(file)
    if (text !== undefined) return { file, text }
  }
  const message = `“${inclusion.path}” was not found; looked for ${candidates.join(', ')}. Its text is left out; check the path.`
  return { problem: { code: 'latex-missing-file', severity: 'warning', message, span: inclusion.span } }
}

function pathsFor(path: string, bases: readonly string[]): readonly string[] {
  const named = /\.[A-Za-z]+$/.test(path) ? [path, `${path}.tex`] : [`${path}.tex`, path]
  return [...new Set(bases.flatMap((base) => named.map((name) => join(base, name))))]
}

/** `name` relative to the folder of `base`, `.` and `..` resolved; works on paths of either slash and on URIs. */
function join(base: string, name: string): string {
  const forward = name.replaceAll('\\', '/')
  if (/^(?:\/|[A-Za-z]:\/|[a-z][a-z0-9+.-]+:\/\/)/i.test(forward)) return forward
  const isUri = /^[a-z][a-z0-9+.-]+:\/\//i.test(base)
  const folder = base.slice(0, Math.max(base.lastIndexOf('/'), base.lastIndexOf('\\')) + 1)
  const parts = (isUri ? encodeURI(forward) : forward).split('/')
  let path = folder.replace(/[\\/]$/, '')
  const rooted = folder !== ''
  const steps: string[] = []
  for (const part of parts) {
    if (part === '' || part === '.') continue
    if (part !== '..') steps.push(part)
    else if (steps.length > 0 && steps[steps.length - 1] !== '..') steps.pop()
    else if (path !== '' && !/(?:^|[\\/])\.\.$/.test(path)) path = path.replace(/[\\/]?[^\\/]*$/, '')
    else steps.push('..')
  }
  const separator = folder.endsWith('\\') ? '\\' : '/'
  if (!rooted || (path === '' && !folder.startsWith('/'))) return steps.join(separator)
  return `${path}${separator}${steps.join(separator)}`
}
