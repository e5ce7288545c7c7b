import { toJsonSchema } from '@valibot/to-json-schema'
import { fileSchema } from '../../src/pipeline/index.ts'

/** What of a JSON Schema the reference reads. */
interface Node {
  readonly description?: string
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: string
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly oneOf?: readonly Node[]
  readonly properties?: Readonly<Record<string, Node>>
}

/** The manual's reference: a table for each section, and one for each kind of stage. */
export function pipelineReference(): string {
  const { properties = {} } = toJsonSchema(fileSchema, { target: 'draft-07', typeMode: 'input' }) as Node
  const sections = Object.entries(properties).filter(([, node]) => node.properties)
  const top = Object.entries(properties).filter(([, node]) => !node.properties)
  return [
    table(top),
    ...sections.map(([key, node]) => `### \`${key}\`\n\n${node.description ?? ''}\n\n${sectionOf(node)}`),
  ].join('\n')
}

function sectionOf({ properties = {} }: Node): string {
  const lists = Object.entries(properties).flatMap(([key, { items }]) =>
    kindsOf(items).map(
      (kind) =>
        `**\`${key}\`: \`kind: ${kind.properties?.kind?.const ?? ''}\`**. ${kind.description ?? ''}\n${optionsOf(kind)}`,
    ),
  )
  return [table(Object.entries(properties)), ...lists].join('\n')
}

const kindsOf = (node: Node | undefined): readonly Node[] => node?.oneOf ?? node?.anyOf ?? []

function optionsOf({ properties = {} }: Node): string {
  const options = Object.entries(properties).filter(([key]) => key !== 'kind')
  return options.length === 0 ? '' : `\n${table(options)}`
}

function table(entries: readonly (readonly [string, Node])[]): string {
  const rows = entries.map(
    ([key, node]) =>
      `| \`${key}\` | ${valuesOf(node)} | ${node.default === undefined ? '' : `\`${JSON.stringify(node.default)}\``} | ${node.description ?? ''} |`,
  )
  return `| key | takes | default | means |\n|---|---|---|---|\n${rows.join('\n')}\n`
}

function valuesOf(node: Node): string {
  if (node.enum) return node.enum.map((one) => `\`${String(one)}\``).join(', ')
  if (node.const !== undefined) return `\`${node.const}\``
  if (node.type === 'array') return kindsOf(node.items).length > 0 ? 'a list of stages' : 'a list of texts'
  if (node.anyOf) return node.anyOf.map(valuesOf).join(' or ')
  if (node.type === 'number' || node.type === 'integer') {
    const what = node.type === 'integer' ? 'a whole number' : 'a number'
    return node.minimum === undefined
      ? what
      : `${what} from ${String(node.minimum)} to ${String(node.maximum)}`
  }
  return node.type === 'boolean' ? '`true` or `false`' : 'a text'
}
