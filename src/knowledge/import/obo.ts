import { curieOfIri, normalisedId } from './curie.ts'
import { cleaned, type ImportSink, type SourceDescription } from './draft.ts'
import { firstWord, oboStanzas, plainValue, quotedValue, type OboLine, type OboStanza } from './oboStanzas.ts'
import {
  commonestPrefix,
  draftOfClass,
  releaseIn,
  replacedIds,
  sourceNameOf,
  type OntologyClass,
  type Synonym,
  type SynonymScope,
} from './ontologyClass.ts'
import type { SourceKind } from './sourceKind.ts'

/** An ontology in the OBO flat file format. */
export const oboKind: SourceKind = {
  what: 'an OBO file (.obo, with a line "format-version:" or "[Term]")',
  open: (path, beginning) =>
    /^(?:format-version:|\[Term\]\s*$)/m.test(beginning) && !/^\s*[{<]/.test(beginning)
      ? { path, read: (sink) => readObo(path, sink) }
      : undefined,
}

/**
 * Reads an OBO 1.4 file: the named terms of the ontology's own id space (the commonest) with synonyms, definition,
 * cross-references and is-a parents. Obsolete terms are left out; their ids resolve to the term that replaced them.
 * The file is read twice, because which ids are its own, and what replaced what, is known at its end only.
 */
async function readObo(path: string, sink: ImportSink): Promise<void> {
  const { prefix, header, replaced } = await surveyed(path, (n) => sink.advance(n / 2))
  const label = sourceNameOf(prefix)
  sink.source(descriptionOf(label, header))
  for await (const stanza of oboStanzas(path, (n) => sink.advance(n / 2))) {
    const read = createStanzaReader(path, sink)
    read.reportBad(stanza.bad)
    if (stanza.kind !== 'Term') continue
    const found = read.classOf(stanza, replaced)
    if (found?.id.startsWith(`${prefix}:`) && found.label !== '') sink.concept(draftOfClass(found, label))
  }
}

interface Survey {
  readonly prefix: string
  readonly header: readonly OboLine[]
  readonly replaced: ReadonlyMap<string, readonly string[]>
}

async function surveyed(path: string, onBytes: (n: number) => void): Promise<Survey> {
  const ids: string[] = []
  const replacements: [old: string, current: string][] = []
  let header: readonly OboLine[] = []
  for await (const { kind, lines } of oboStanzas(path, onBytes)) {
    if (kind === '') header = lines
    if (kind !== 'Term') continue
    const id = idIn(valueOf(lines, 'id'))
    if (valueOf(lines, 'name') !== '') ids.push(id)
    const current = idIn(valueOf(lines, 'replaced_by'))
    if (isObsolete(lines) && id !== '' && current !== '') replacements.push([id, current])
  }
  return { prefix: commonestPrefix(ids), header, replaced: replacedIds(replacements) }
}

const valueOf = (lines: readonly OboLine[], tag: string): string =>
  lines.find((line) => line.tag === tag)?.value ?? ''

const isObsolete = (lines: readonly OboLine[]): boolean => firstWord(valueOf(lines, 'is_obsolete')) === 'true'

/** The id that a value begins with, in the spelling of the knowledge base. */
function idIn(value: string): string {
  const id = firstWord(value)
  return (/^https?:/.test(id) ? curieOfIri(id) : undefined) ?? normalisedId(id)
}

function descriptionOf(name: string, header: readonly OboLine[]): SourceDescription {
  const written = plainValue(valueOf(header, 'data-version'))
  const property = (pattern: RegExp): string => {
    const line = header.find(({ tag, value }) => tag === 'property_value' && pattern.test(firstWord(value)))
    const value = line?.value.replace(/^\S+\s*/, '') ?? ''
    return cleaned(quotedValue(value)?.text ?? firstWord(value))
  }
  const title = property(/(?:^|[^a-z])title$/i) || name
  return { name, title, version: releaseIn(written) ?? written, licence: property(/license$|rights$/) }
}

const SCOPES: Readonly<Record<string, SynonymScope>> = {
  EXACT: 'exact',
  NARROW: 'narrow',
  RELATED: 'related',
  BROAD: 'broad',
}

/** The tags of OBO 1.0 that say the scope of a synonym. */
const OLD_SYNONYM = /^(exact|narrow|related|broad)_synonym$/

interface StanzaReader {
  reportBad(lines: readonly OboLine[]): void
  /** `undefined` for an obsolete term and one without an id. */
  classOf(stanza: OboStanza, replaced: ReadonlyMap<string, readonly string[]>): OntologyClass | undefined
}

function createStanzaReader(path: string, sink: Pick<ImportSink, 'problem'>): StanzaReader {
  const bad = (message: string, line: number): undefined =>
    void sink.problem({ code: 'kb-bad-row', severity: 'warning', message, file: path, line })

  const quoted = ({ tag, value, line }: OboLine): ReturnType<typeof quotedValue> =>
    quotedValue(value) ??
    bad(
      `The ${tag} "${value.slice(0, 60)}" is not in quotes and was left out; allowed: ${tag}: "text" …`,
      line,
    )

  const synonymOf = (line: OboLine): Synonym[] => {
    const old = OLD_SYNONYM.exec(line.tag)?.[1]
    if (line.tag !== 'synonym' && old === undefined) return []
    const found = quoted(line)
    if (!found) return []
    const scope = (old as SynonymScope | undefined) ?? SCOPES[found.words[0] ?? '']
    const type = found.words.slice(old === undefined && scope ? 1 : 0)[0] ?? ''
    return [{ text: found.text, scope: scope ?? 'related', type }]
  }

  return {
    reportBad(lines) {
      for (const { value, line } of lines)
        bad(`"${value.slice(0, 60)}" is not a line "tag: value" and was left out.`, line)
    },
    classOf({ lines, line }, replaced) {
      const id = idIn(valueOf(lines, 'id'))
      if (id === '') return bad('The term has no id and was left out.', line)
      if (isObsolete(lines)) return undefined
      const ids = (tag: string): string[] => lines.flatMap((one) => (one.tag === tag ? idIn(one.value) : []))
      const definition = lines.find(({ tag }) => tag === 'def')
      return {
        id,
        label: plainValue(valueOf(lines, 'name')),
        definition: (definition && quoted(definition)?.text) ?? '',
        synonyms: lines.flatMap(synonymOf),
        xrefs: lines.flatMap(({ tag, value }) => (tag === 'xref' ? firstWord(value) : [])),
        otherIds: [...ids('alt_id'), ...(replaced.get(id) ?? [])],
        parents: ids('is_a'),
        types: [],
      }
    },
  }
}
