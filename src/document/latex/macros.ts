import { unifyLineEnds } from '../lineEnds.ts'
import { resolveInclusion, type Reader } from '../project.ts'
import { findDefinitions, type MacroDefinition } from './definitions.ts'
import { scanLatex } from './scanner.ts'
import type { Macros, MacroText } from './state.ts'

/** A definition or its prose that is longer is a piece of the document rather than a name for something. */
const MAX_BODY_LENGTH = 1000
const MAX_TEXT_LENGTH = 200

/**
 * The macros of a document, from its main file and all that it includes. A macro means the same everywhere in the
 * document: what was defined last.
 */
export function collectMacros(
  main: { readonly file: string; readonly text: string },
  reader?: Reader,
): Macros {
  const bodies = new Map<string, string>()
  const seen = new Set<string>()
  const visit = (file: string, text: string, within: readonly string[]): void => {
    seen.add(file)
    for (const item of findDefinitions(unifyLineEnds(text))) {
      if ('name' in item) define(bodies, item)
      else if (reader) {
        const found = resolveInclusion({ ...item, start: 0 }, { root: main.file, within, reader })
        if ('text' in found && !seen.has(found.file)) visit(found.file, found.text, [...within, found.file])
      }
    }
  }
  visit(main.file, main.text, [main.file])
  return createMacros(bodies)
}

function define(bodies: Map<string, string>, { name, body, isProvided, isAlias }: MacroDefinition): void {
  if (isProvided && bodies.has(name)) return
  const known = (isAlias ? bodies.get(body?.slice(1) ?? '') : undefined) ?? body
  if (known === undefined) bodies.delete(name)
  else bodies.set(name, known)
}

/** Expands definitions when they are asked for, each once. */
function createMacros(bodies: ReadonlyMap<string, string>): Macros {
  const known = new Map<string, MacroText | undefined>()
  const open: string[] = []

  function get(name: string): MacroText | undefined {
    const body = bodies.get(name)
    if (body === undefined || known.has(name)) return known.get(name)
    const cycle = open.indexOf(name)
    if (cycle >= 0) {
      for (const each of open.slice(cycle)) known.set(each, undefined)
      return undefined
    }
    open.push(name)
    const text = expand(body, macros)
    open.pop()
    if (!known.has(name)) known.set(name, text)
    return known.get(name)
  }

  const macros: Macros = { get }
  return macros
}

// Stands at both ends of a body, so that blanks there are kept. For private use, so that TeX reads it as any other sign.
const EDGE = '\uE001'

/** The prose of a definition; `undefined` when it is more than simple text, or nothing. */
function expand(body: string, macros: Macros): MacroText | undefined {
  if (body.length > MAX_BODY_LENGTH || /#|(?<!\\)&/.test(body)) return undefined
  const { blocks, inclusions, problems } = scanLatex(`${EDGE}${body}${EDGE}`, macros)
  const [block] = blocks
  if (blocks.length !== 1 || block?.kind !== 'paragraph') return undefined
  if (problems.length > 0 || inclusions.length > 0) return undefined
  if (!block.text.startsWith(EDGE) || !block.text.endsWith(EDGE)) return undefined
  const text = block.text.slice(1, -1)
  if (text === '' || text.length > MAX_TEXT_LENGTH) return undefined
  return { text, isSpaced: /\\xspace\s*\}*\s*$/.test(body) }
}
