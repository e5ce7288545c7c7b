import type { Problem } from '../../core/index.ts'
import type { ReadResult } from '../readResult.ts'
import { isElement, normaliseCollection, type LooseElement } from './normalise.ts'
import type { BiocCollection } from './types.ts'

/**
 * Reads BioC JSON: a collection, one document, a list of documents, a wrapper around such a list as PubTator 3 sends
 * (`{"PubTator3": […]}`), or JSON Lines of any of these. Numbers may be numbers or strings.
 */
export function readBiocJson(json: string): ReadResult<BiocCollection> {
  const { values, problems } = parseJson(json.replace(/^\ufeff/, ''))
  const collection = values.find((value) => isElement(value) && isCollection(value))
  const documents = values.flatMap((value) => documentsIn(value))
  if (documents.length === 0 && collection === undefined && problems.length === 0)
    problems.push(noDocuments())
  const { value, problems: more } = normaliseCollection({
    ...(isElement(collection) ? collection : {}),
    documents,
  })
  return { value, problems: [...problems, ...more] }
}

function parseJson(json: string): { values: unknown[]; problems: Problem[] } {
  try {
    return { values: [JSON.parse(json) as unknown], problems: [] }
  } catch (error) {
    const lines = parseLines(json)
    if (lines.values.length > 0) return lines
    return { values: [], problems: [notJson(error instanceof Error ? error.message : String(error))] }
  }
}

function parseLines(json: string): { values: unknown[]; problems: Problem[] } {
  const values: unknown[] = []
  const problems: Problem[] = []
  for (const [i, line] of json.split('\n').entries()) {
    if (line.trim() === '') continue
    try {
      values.push(JSON.parse(line) as unknown)
    } catch (error) {
      problems.push({ ...notJson(error instanceof Error ? error.message : String(error)), line: i + 1 })
    }
  }
  return { values, problems }
}

function documentsIn(value: unknown): LooseElement[] {
  if (Array.isArray(value)) return value.flatMap((one: unknown) => documentsIn(one))
  if (!isElement(value)) return []
  if (Array.isArray(value['passages'])) return [value]
  if (isCollection(value)) return documentsIn(value['documents'])
  return Object.values(value).flatMap((one) => (Array.isArray(one) ? documentsIn(one) : []))
}

function isCollection(value: LooseElement): boolean {
  return Array.isArray(value['documents'])
}

function notJson(message: string): Problem {
  return {
    code: 'bioc-json',
    severity: 'error',
    message: `Not JSON: ${message}. Give BioC JSON, or JSON Lines with one document a line.`,
  }
}

function noDocuments(): Problem {
  return {
    code: 'bioc-no-documents',
    severity: 'error',
    message: 'The JSON holds no BioC documents (objects with "passages"). Give BioC JSON.',
  }
}
