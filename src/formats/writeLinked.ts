import type { LinkedManuscript } from '../core/index.ts'
import { linkedToBioc, writeBiocJson, writeBiocXml, type LinkedToBiocOptions } from './bioc/index.ts'
import { writeCsv } from './csv.ts'
import { writeHtml, type HtmlOptions } from './html/page.ts'
import { writeJsonl } from './jsonl.ts'
import { manuscriptsOf } from './linked.ts'
import { writePubtator } from './pubtator/index.ts'
import { linkRows } from './rows.ts'
import { writeText, type TextTableOptions } from './text.ts'

/** The formats that links can be written in. */
export type LinkedFormat = 'bioc-xml' | 'bioc-json' | 'pubtator' | 'jsonl' | 'csv' | 'html' | 'text'

/** All of them with what a save dialogue wants to know. */
export const LINKED_FORMATS: Readonly<
  Record<LinkedFormat, { readonly label: string; readonly extension: string }>
> = {
  'bioc-xml': { label: 'BioC XML', extension: '.bioc.xml' },
  'bioc-json': { label: 'BioC JSON', extension: '.bioc.json' },
  pubtator: { label: 'PubTator', extension: '.pubtator.txt' },
  jsonl: { label: 'JSON Lines', extension: '.concepts.jsonl' },
  csv: { label: 'CSV', extension: '.concepts.csv' },
  html: { label: 'HTML page', extension: '.concepts.html' },
  text: { label: 'Text table', extension: '.concepts.txt' },
}

/** Options of all formats; each reads its own. */
export interface WriteLinkedOptions extends LinkedToBiocOptions, HtmlOptions, TextTableOptions {}

/** What a writer makes. */
export interface WrittenLinks {
  readonly text: string
  /** Files that belong beside the main one, by name: the key of a BioC collection. */
  readonly sideFiles?: Readonly<Record<string, string>>
}

/** Writes the links of one manuscript or several in a format. */
export function writeLinked(
  format: LinkedFormat,
  linked: LinkedManuscript | readonly LinkedManuscript[],
  options: WriteLinkedOptions = {},
): WrittenLinks {
  const manuscripts = manuscriptsOf(linked)
  switch (format) {
    case 'bioc-xml':
      return biocFiles(manuscripts, options, writeBiocXml)
    case 'bioc-json':
      return biocFiles(manuscripts, options, writeBiocJson)
    case 'pubtator':
      return {
        text: writePubtator(linkedToBioc(manuscripts, { ...options, profile: 'pubtator3' }).collection),
      }
    case 'jsonl':
      return { text: writeJsonl(linkRows(manuscripts, options)) }
    case 'csv':
      return { text: writeCsv(linkRows(manuscripts, options)) }
    case 'html':
      return { text: writeHtml(manuscripts, options) }
    case 'text':
      return { text: writeText(linkRows(manuscripts, options), options) }
  }
}

function biocFiles(
  manuscripts: readonly LinkedManuscript[],
  options: LinkedToBiocOptions,
  write: typeof writeBiocXml,
): WrittenLinks {
  const { collection, keyFile } = linkedToBioc(manuscripts, options)
  return { text: write(collection), sideFiles: { [keyFile.name]: keyFile.text } }
}
