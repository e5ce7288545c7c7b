/**
 * What an offset counts. Exchange formats count Unicode code points in practice, some tools count UTF-8 bytes, and
 * JavaScript and LSP count UTF-16 code units.
 */
export type OffsetUnit = 'code-point' | 'byte' | 'utf16'

/** All units, the default first. */
export const OFFSET_UNITS: readonly OffsetUnit[] = ['code-point', 'byte', 'utf16']

/** Converts positions in one text between UTF-16 and another unit. Building costs one pass over the text. */
export interface OffsetMap {
  /** Length of the text in the other unit. */
  readonly length: number
  /** Position in the other unit; a position inside a surrogate pair counts as the start of the pair. */
  fromUtf16(position: number): number
  /** Position in UTF-16; `undefined` outside the text or inside a character. */
  toUtf16(position: number): number | undefined
}

/**
 * Makes the map for one text.
 *
 * @example `createOffsetMap('𝛼-helix', 'code-point').toUtf16(1)` is 2.
 */
export function createOffsetMap(text: string, unit: OffsetUnit): OffsetMap {
  return isSameAsUtf16(text, unit) ? identityMap(text.length) : tableMap(text, unit)
}

/** Length of a text in a unit. */
export function lengthIn(text: string, unit: OffsetUnit): number {
  return createOffsetMap(text, unit).length
}

function isSameAsUtf16(text: string, unit: OffsetUnit): boolean {
  if (unit === 'utf16') return true
  return unit === 'byte' ? !/[^\0-\x7f]/.test(text) : !/[\ud800-\udbff]/.test(text)
}

function identityMap(length: number): OffsetMap {
  const inside = (position: number): boolean => position >= 0 && position <= length
  return {
    length,
    fromUtf16: (position) => Math.min(Math.max(position, 0), length),
    toUtf16: (position) => (Number.isInteger(position) && inside(position) ? position : undefined),
  }
}

function tableMap(text: string, unit: OffsetUnit): OffsetMap {
  const table = new Uint32Array(text.length + 1)
  let count = 0
  for (let i = 0; i < text.length; i++) {
    table[i] = count
    const codePoint = text.codePointAt(i) ?? 0
    if (codePoint > 0xffff) table[++i] = count
    count += unit === 'byte' ? utf8Length(codePoint) : 1
  }
  table[text.length] = count
  return {
    length: count,
    fromUtf16: (position) => table[Math.min(Math.max(position, 0), text.length)] ?? 0,
    toUtf16: (position) => firstIndexOf(table, position),
  }
}

function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1
  if (codePoint < 0x800) return 2
  return codePoint < 0x10000 ? 3 : 4
}

/** The first index whose entry is `value` in an ascending table. */
function firstIndexOf(table: Uint32Array, value: number): number | undefined {
  let low = 0
  let high = table.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((table[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return table[low] === value ? low : undefined
}
