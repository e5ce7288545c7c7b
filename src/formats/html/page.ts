import type { LinkedManuscript, LinkedPassage, PassageKind } from '../../core/index.ts'
import { groupBy } from '../groupBy.ts'
import { linkRows, type LinkRow, type RowOptions } from '../rows.ts'
import { groupLabel } from '../semanticGroups.ts'
import { SCRIPT } from './script.ts'
import { STYLE } from './style.ts'

export interface HtmlOptions extends RowOptions {
  /** Links less probable than this are shown as uncertain; 0.5 by default. */
  readonly minProbability?: number
}

/** How many other candidates a mention's card shows. */
const MAX_OTHERS = 3

/**
 * Writes a page to read and to send: the prose with its concepts marked by semantic group, details at a hover, a legend
 * that filters, a table of the concepts. One file that loads nothing; light and dark.
 */
export function writeHtml(manuscripts: readonly LinkedManuscript[], options: HtmlOptions = {}): string {
  const rows = linkRows(manuscripts, options)
  const writing: Writing = {
    rows: new Map(rows.map((row) => [row.link, row])),
    minProbability: options.minProbability ?? 0.5,
    anchored: new Set(),
  }
  const title = `Concepts in ${manuscripts.map(({ manuscript }) => lastPart(manuscript.file)).join(', ')}`
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="ConceptLens">
<title>${escape(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<div class="page">
<main>
${manuscripts.map((linked) => article(linked, writing)).join('\n')}
</main>
<aside aria-label="Concepts">
${summary(rows)}
${legend(rows)}
${conceptTable(rows)}
</aside>
</div>
<div id="card" role="tooltip" hidden></div>
<script>${SCRIPT}</script>
</body>
</html>
`
}

interface Writing {
  readonly rows: ReadonlyMap<LinkRow['link'], LinkRow>
  readonly minProbability: number
  /** Concepts whose first mention has its anchor already. */
  readonly anchored: Set<string>
}

function article({ manuscript, passages }: LinkedManuscript, writing: Writing): string {
  const blocks = passages.map((linked) => block(linked, writing))
  return `<article>\n<p class="file">${escape(manuscript.file)}</p>\n${blocks.join('\n')}\n</article>`
}

const TAGS: Readonly<Record<Exclude<PassageKind, 'heading'>, readonly [tag: string, name: string]>> = {
  title: ['h1', ''],
  paragraph: ['p', ''],
  list: ['p', 'list'],
  caption: ['p', 'caption'],
  table: ['p', 'table'],
  footnote: ['p', 'footnote'],
  quote: ['blockquote', ''],
}

function block(linked: LinkedPassage, writing: Writing): string {
  const { kind, section } = linked.passage
  const [tag, name] = kind === 'heading' ? [`h${Math.min(4, Math.max(2, section.level))}`, ''] : TAGS[kind]
  return `<${tag}${name === '' ? '' : ` class="${name}"`}>${markedProse(linked, writing)}</${tag}>`
}

function markedProse({ passage, links }: LinkedPassage, writing: Writing): string {
  let html = ''
  let position = 0
  for (const link of links) {
    const row = writing.rows.get(link)
    if (row === undefined) continue
    html += escape(passage.text.slice(position, link.mention.span.start)) + mark(row, writing)
    position = link.mention.span.end
  }
  return html + escape(passage.text.slice(position))
}

function mark(row: LinkRow, { minProbability, anchored }: Writing): string {
  const { link, concept, group } = row
  const attributes: [string, string][] = [
    ['class', `m ${groupClass(group)}${link.probability < minProbability ? ' low' : ''}`],
    ['title', [concept?.name ?? 'No concept', concept?.id, certainty(row)].filter(Boolean).join(' · ')],
    ['data-by', certainty(row)],
  ]
  if (group !== '') attributes.push(['data-group', groupLabel(group)])
  if (concept !== undefined) {
    attributes.push(
      ['href', `#${anchor('concept', concept.id)}`],
      ['data-id', concept.id],
      ['data-name', concept.name],
    )
    if (!anchored.has(concept.id)) attributes.push(['id', anchor('first', concept.id)])
    anchored.add(concept.id)
  }
  const others = otherCandidates(row)
  if (others.length > 0) attributes.push(['data-others', JSON.stringify(others)])
  const tag = concept === undefined ? 'span tabindex="0"' : 'a'
  const written = attributes.map(([name, value]) => `${name}="${escape(value)}"`).join(' ')
  return `<${tag} ${written}>${escape(link.mention.text)}</${concept === undefined ? 'span' : 'a'}>`
}

function certainty({ link, line }: LinkRow): string {
  const who = link.chosenBy === 'author' ? 'chosen by the author' : `${percent(link.probability)} sure`
  return line === undefined ? who : `${who} · line ${line}`
}

function otherCandidates({ link }: LinkRow): [name: string, id: string, probability: string][] {
  const others = link.candidates.filter(({ id, probability }) => id !== link.chosen && probability >= 0.01)
  return others
    .slice(0, MAX_OTHERS)
    .map(({ preferredName, id, probability }) => [preferredName, id, percent(probability)])
}

function percent(probability: number): string {
  // A model is never quite sure: 99.6 % must not read as 100 %.
  return `${Math.min(Math.round(probability * 100), probability < 1 ? 99 : 100)} %`
}

function summary(rows: readonly LinkRow[]): string {
  const concepts = new Set(rows.flatMap(({ concept }) => (concept === undefined ? [] : [concept.id])))
  const sums = `${plural(concepts.size, 'concept')} in ${plural(rows.length, 'mention')}`
  return `<p class="sums">${sums}</p>\n<p class="note">Hover or tab to a mention for its concept. Dotted lines are uncertain.</p>`
}

function plural(n: number, noun: string): string {
  return `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`
}

function legend(rows: readonly LinkRow[]): string {
  const groups = [...groupBy(rows, ({ group }) => group)].sort(([, a], [, b]) => b.length - a.length)
  const items = groups.map(([group, { length }]) => {
    const name = groupClass(group)
    const box = `<input type="checkbox" id="show-${name.slice(2)}" checked>`
    const label = group === '' ? 'Type unknown' : groupLabel(group)
    return `<li class="${name}"><label>${box}${escape(label)}<span class="n">${length.toLocaleString('en')}</span></label></li>`
  })
  return `<h2>Types</h2>\n<ul class="legend">\n${items.join('\n')}\n</ul>`
}

function conceptTable(rows: readonly LinkRow[]): string {
  const linked = rows.filter(({ concept }) => concept !== undefined)
  const concepts = [...groupBy(linked, ({ concept }) => concept?.id ?? '')].sort(
    ([, a], [, b]) => b.length - a.length,
  )
  const body = concepts.map(([id, mentions]) => conceptRow(id, mentions)).join('\n')
  return `<h2>Concepts</h2>\n<table>\n<thead><tr><th scope="col">Concept</th><th scope="col">Mentions</th></tr></thead>\n<tbody>\n${body}\n</tbody>\n</table>`
}

function conceptRow(id: string, mentions: readonly LinkRow[]): string {
  const [first] = mentions
  const name = `<a class="name" href="#${anchor('first', id)}">${escape(first?.concept?.name || id)}</a>`
  const link = `<a class="id" href="https://bioregistry.io/${encodeURI(id)}" rel="noreferrer">${escape(id)}</a>`
  return `<tr class="c ${groupClass(first?.group ?? '')}" id="${anchor('concept', id)}"><td>${name}<br>${link}</td><td>${mentions.length}</td></tr>`
}

/** The class of a semantic group; anything unknown is grey. */
function groupClass(group: string): string {
  return groupLabel(group) === group ? 'g-NONE' : `g-${group}`
}

function anchor(kind: 'concept' | 'first', id: string): string {
  return `${kind}-${id.replace(/[^\w-]/g, (character) => `.${character.codePointAt(0)?.toString(16) ?? ''}.`)}`
}

function lastPart(file: string): string {
  return file.split(/[/\\]/).at(-1) ?? file
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character)
}
