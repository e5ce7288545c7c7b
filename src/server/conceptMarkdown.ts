import type { Concept, Definition, KnowledgeBase, Mention, Name, RankedCandidate } from '../core/index.ts'
import { groupLabel, typeName } from '../knowledge/index.ts'
import { CLIENT_COMMANDS, type WireRange } from '../protocol/index.ts'
import { conceptPage, shortId } from './identifiers.ts'
import type { PlacedLink } from './manuscripts.ts'
import { commandLink, plain, shorten, webLink } from './markdownText.ts'

const MAX_SYNONYMS = 8
/** What of a concept's mentions in annotated text must be called so, to be shown as a usual name. */
const USUAL_SHARE = 0.05
const MAX_PARENTS = 5
const MAX_OTHERS = 5
const MAX_DEFINITION_LENGTH = 600

/** Where the hover stands, for the links that act on it. */
export interface HoverPlace {
  readonly uri: string
  readonly range: WireRange
  /** Whether the editor runs our commands from links. */
  readonly hasCommands: boolean
  /** Definitions from elsewhere, for a concept that the knowledge base does not define. */
  readonly definitions?: readonly Definition[]
  /** Shown for the type that people named, not for a concept. */
  readonly isTyped?: boolean
}

/** What a hover says of a link, in Markdown. Texts of manuscript and knowledge base are shown as they are, never as markup. */
export function linkMarkdown({ link }: PlacedLink, knowledgeBase: KnowledgeBase, place: HoverPlace): string {
  const chosen = place.isTyped ? undefined : link.chosen
  const concept = chosen === undefined ? undefined : find(knowledgeBase, chosen)
  const others = link.candidates.filter(({ id, probability }) => id !== chosen && probability > 0)
  const by = choiceWords(link)
  const blocks = [
    concept ? conceptBlock(concept, by) : place.isTyped ? '' : missingBlock(chosen, by),
    typeBlock(link.mention, concept !== undefined),
    // Near the top: a hover shows a dozen lines before it scrolls.
    place.hasCommands ? actionsBlock(place, link.chosenBy === 'author', chosen !== undefined) : '',
    ...(concept ? detailBlocks(concept, knowledgeBase, place.definitions) : []),
    othersBlock(concept ? 'Other candidates' : 'Candidates', others, knowledgeBase),
  ]
  return blocks.filter((block) => block !== '').join('\n\n')
}

/** Who chose, and how sure they are. */
function choiceWords({ chosenBy, probability }: PlacedLink['link']): string {
  if (chosenBy === 'author') return 'your choice'
  return chosenBy === 'language-model'
    ? `${percent(probability)} · chosen by the language model`
    : percent(probability)
}

/** Readable semantic types of a concept, else its groups; empty when unknown. */
export function typeLabels({ types, groups }: Pick<Concept, 'types' | 'groups'>): readonly string[] {
  return types.length > 0 ? types.map((tui) => typeName(tui) ?? tui) : groups.map(groupLabel)
}

function conceptBlock(concept: Concept, by: string): string {
  const types = typeLabels(concept).map(plain).join(', ')
  const line = [types === '' ? '' : `*${types}*`, plain(by)].filter(Boolean).join(' · ')
  return `**${plain(concept.name)}** · ${idLink(concept.id)}  \n${line}`
}

/** The type that the words are of, among those that people named. */
function typeBlock({ namedType }: Mention, isLinked: boolean): string {
  if (namedType === undefined) return ''
  return isLinked ? `Of the type **${plain(namedType)}**` : `**${plain(namedType)}** · no concept is linked`
}

function missingBlock(chosen: string | undefined, by: string): string {
  if (chosen === undefined) return `Not a concept · ${plain(by)}`
  return `${idLink(chosen)} · ${plain(by)}\n\nThis concept is not in the knowledge base.`
}

function detailBlocks(
  concept: Concept,
  knowledgeBase: KnowledgeBase,
  fetched: readonly Definition[] = [],
): readonly string[] {
  const definition = concept.definitions[0] ?? fetched[0]
  const synonyms = distinctTexts(concept, ({ kind }) => kind !== 'observed')
  // What annotators ever called it holds the names of its members, too: "Kif7" for proteins.
  const least = USUAL_SHARE * concept.names.reduce((sum, { count }) => sum + count, 0)
  const usual = distinctTexts(concept, ({ kind, count }) => kind === 'observed' && count >= least)
  const parents = concept.parents.flatMap((id) => find(knowledgeBase, id)?.name ?? []).slice(0, MAX_PARENTS)
  return [
    definition
      ? `> ${plain(shorten(definition.text, MAX_DEFINITION_LENGTH))} — *${plain(definition.source)}*`
      : '',
    listLine('Synonyms', synonyms, MAX_SYNONYMS),
    listLine('In text', usual, MAX_SYNONYMS),
    listLine('Is a', parents, MAX_PARENTS),
  ]
}

/** The texts of some of its names, each once whatever its case, without the preferred one. */
function distinctTexts({ name, names }: Concept, isWanted: (name: Name) => boolean): readonly string[] {
  const seen = new Set([name.toLowerCase()])
  return names.filter(isWanted).flatMap(({ text }) => {
    const key = text.toLowerCase()
    if (seen.has(key)) return []
    seen.add(key)
    return text
  })
}

function listLine(label: string, items: readonly string[], limit: number): string {
  if (items.length === 0) return ''
  const rest = items.length > limit ? ` … ${items.length - limit} more` : ''
  return `**${label}:** ${items.slice(0, limit).map(plain).join('; ')}${rest}`
}

function othersBlock(
  title: string,
  others: readonly RankedCandidate[],
  knowledgeBase: KnowledgeBase,
): string {
  if (others.length === 0) return ''
  const lines = others.slice(0, MAX_OTHERS).map((candidate) => {
    const types = typeLabels(knowledgeBase.concept(candidate.concept)).map(plain).join(', ')
    const parts = [plain(candidate.preferredName), idLink(candidate.id), types === '' ? '' : `*${types}*`]
    // Kept in one piece: half of the lines of a narrow hover would end before the sign.
    const share = plain(percent(candidate.probability)).replaceAll(' ', '\u00a0')
    return `- ${[...parts, share].filter(Boolean).join(' · ')}`
  })
  return `**${title}:**\n\n${lines.join('\n')}`
}

function actionsBlock({ uri, range }: HoverPlace, isDecided: boolean, isLinked: boolean): string {
  const here = { uri, range }
  const at = { uri, position: range.start }
  const links = [
    commandLink(isLinked ? 'Choose another…' : 'Choose a concept…', CLIENT_COMMANDS.chooseConcept, here),
    commandLink('Not a concept here', CLIENT_COMMANDS.notConceptHere, here),
    commandLink('… in this document', CLIENT_COMMANDS.notConceptEverywhere, here),
    ...(isDecided ? [commandLink('Undo', CLIENT_COMMANDS.undoDecision, at)] : []),
    commandLink('Why?', CLIENT_COMMANDS.why, at),
  ]
  return links.join(' · ')
}

function idLink(id: string): string {
  const page = conceptPage(id)
  return page === undefined ? `\`${id.replaceAll('`', '')}\`` : webLink(shortId(id), page)
}

/** A probability for people; never 0 % or 100 % when it is neither. */
export function percent(probability: number): string {
  if (probability > 0 && probability < 0.01) return '< 1 %'
  return `${Math.min(Math.round(probability * 100), probability < 1 ? 99 : 100)} %`
}

function find(knowledgeBase: KnowledgeBase, id: string): Concept | undefined {
  const ref = knowledgeBase.resolve(id)[0]
  return ref === undefined ? undefined : knowledgeBase.concept(ref)
}
