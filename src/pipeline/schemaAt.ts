import * as v from 'valibot'
import type { KeyPath } from './problem.ts'

/** Any part of the table. */
export type Part = v.GenericSchema

interface Wrapped {
  readonly type: 'optional'
  readonly wrapped: Part
}

interface ObjectPart {
  readonly type: 'strict_object'
  readonly entries: Readonly<Record<string, Part>>
}

interface ArrayPart {
  readonly type: 'array'
  readonly item: Part
}

interface VariantPart {
  readonly type: 'variant'
  readonly options: readonly (Part & ObjectPart)[]
}

type Known = Part & (Wrapped | ObjectPart | ArrayPart | VariantPart | { readonly type: 'other' })

/**
 * The part of the table at a place of a value, without what makes it optional; of several kinds the one that the value says.
 * `undefined` where the table knows nothing.
 */
export function schemaAt(whole: Part, path: KeyPath, value: unknown): Part | undefined {
  const schema = unwrapped(whole)
  if (schema.type === 'variant') {
    const option = schema.options.find((one) => kindOf(one) === (value as { kind?: unknown } | null)?.kind)
    return option ? schemaAt(option, path, value) : path.length === 0 ? schema : undefined
  }
  const [key, ...rest] = path
  if (key === undefined) return schema
  const inner = (value as Record<string | number, unknown> | undefined | null)?.[key]
  if (schema.type === 'array' && typeof key === 'number') return schemaAt(schema.item, rest, inner)
  if (schema.type !== 'strict_object') return undefined
  const entry = Object.hasOwn(schema.entries, key) ? schema.entries[key] : undefined
  return entry && schemaAt(entry, rest, inner)
}

/** What an object may have at a key, with what makes it optional. */
export function entryOf(schema: Part | undefined, key: string): Part | undefined {
  const found = schema && unwrapped(schema)
  return found?.type === 'strict_object' && Object.hasOwn(found.entries, key) ? found.entries[key] : undefined
}

/** What the table says of a part. */
export function descriptionOf(schema: Part): string {
  const own = v.getDescription(schema)
  const known = schema as Known
  return own ?? (known.type === 'optional' ? descriptionOf(known.wrapped) : '')
}

/** The keys that an object may have at a place; none where there is no object. */
export function keysOf(schema: Part | undefined): readonly string[] {
  const found = schema && unwrapped(schema)
  if (found?.type === 'strict_object') return Object.keys(found.entries)
  return found?.type === 'variant' ? ['kind'] : []
}

/** The values that a place may have, when they are a few words. */
export function wordsOf(schema: Part | undefined): readonly string[] {
  const found = schema as { readonly type?: string; readonly options?: unknown; readonly literal?: unknown }
  if (schema && unwrapped(schema).type === 'variant')
    return (unwrapped(schema) as VariantPart).options.flatMap((one) => kindOf(one) ?? [])
  if (found?.type === 'picklist') return found.options as readonly string[]
  if (found?.type === 'literal') return [String(found.literal)]
  if (found?.type === 'boolean') return ['true', 'false']
  return []
}

function unwrapped(schema: Part): Known {
  const known = schema as Known
  return known.type === 'optional' ? unwrapped(known.wrapped) : known
}

function kindOf({ entries }: ObjectPart): string | undefined {
  return (entries.kind as Part & { readonly literal?: string }).literal
}
