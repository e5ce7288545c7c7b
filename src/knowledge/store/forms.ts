import type { Concept } from '../../core/index.ts'
import { fold } from '../names/fold.ts'
import { gramsOf, gramWeight, N_GRAMS } from '../names/grams.ts'
import { hashOf, nSlotsFor } from '../names/hash.ts'
import type { SectionData } from './sectionFile.ts'

/**
 * The distinct folded names ("forms") of a knowledge base while it is built, sorted by squared norm and then by text.
 * A form's place in that order is its number everywhere in the store.
 */
export interface Forms {
  readonly texts: readonly string[]
  /** Squared TF-IDF norm of each form. */
  readonly squaredNorms: Float64Array
  /** In how many forms each gram stands. */
  readonly frequencies: Uint32Array
  /** Rows of form `f`: `rows[firstRow[f] … firstRow[f + 1] - 1]`, ascending. */
  readonly firstRow: Uint32Array
  readonly rows: Uint32Array
}

/** Gathers the forms of all names. Names without a letter or digit have none. */
export function formsOf(concepts: readonly Concept[]): Forms {
  const { texts, formOfRow } = distinctForms(concepts)
  const frequencies = new Uint32Array(N_GRAMS)
  for (const text of texts) for (const gram of gramsOf(text)) frequencies[gram]! += 1
  const weights = weightsOf(frequencies, texts.length)
  const norms = Float64Array.from(texts, (text) =>
    gramsOf(text).reduce((sum, gram) => sum + weights[gram]!, 0),
  )
  const order = Uint32Array.from(texts.keys()).sort(
    (a, b) => norms[a]! - norms[b]! || (texts[a]! < texts[b]! ? -1 : 1),
  )
  return {
    texts: Array.from(order, (old) => texts[old]!),
    squaredNorms: Float64Array.from(order, (old) => norms[old]!),
    frequencies,
    ...rowLists(order, formOfRow),
  }
}

function weightsOf(frequencies: Uint32Array, nForms: number): Float64Array {
  const weights = new Float64Array(frequencies.length)
  frequencies.forEach((frequency, gram) => {
    if (frequency > 0) weights[gram] = gramWeight(nForms, frequency)
  })
  return weights
}

const NO_FORM = -1

function distinctForms(concepts: readonly Concept[]): { texts: string[]; formOfRow: number[] } {
  const numbers = new Map<string, number>()
  const formOfRow: number[] = []
  for (const concept of concepts) {
    for (const name of concept.names) {
      const text = fold(name.text)
      if (text !== '' && !numbers.has(text)) numbers.set(text, numbers.size)
      formOfRow.push(numbers.get(text) ?? NO_FORM)
    }
  }
  return { texts: [...numbers.keys()], formOfRow }
}

function rowLists(
  order: Uint32Array,
  formOfRow: readonly number[],
): { firstRow: Uint32Array; rows: Uint32Array } {
  const place = new Uint32Array(order.length)
  order.forEach((old, form) => (place[old] = form))
  const firstRow = new Uint32Array(order.length + 1)
  for (const old of formOfRow) if (old !== NO_FORM) firstRow[place[old]! + 1]! += 1
  for (let form = 0; form < order.length; form += 1) firstRow[form + 1]! += firstRow[form]!
  const next = firstRow.slice()
  const rows = new Uint32Array(firstRow[order.length] ?? 0)
  formOfRow.forEach((old, row) => {
    if (old !== NO_FORM) rows[next[place[old]!]!++] = row
  })
  return { firstRow, rows }
}

/** The sections of `forms.bin`. */
export function formSections({ texts, squaredNorms, firstRow, rows }: Forms): SectionData[] {
  const nSlots = nSlotsFor(texts.length)
  const slotHashes = new Uint32Array(nSlots)
  const slotForms = new Uint32Array(nSlots)
  texts.forEach((text, form) => {
    const hash = hashOf(text)
    let slot = hash & (nSlots - 1)
    while (slotHashes[slot] !== 0) slot = (slot + 1) & (nSlots - 1)
    slotHashes[slot] = hash
    slotForms[slot] = form
  })
  const lexical = Uint32Array.from(texts.keys()).sort((a, b) => (texts[a]! < texts[b]! ? -1 : 1))
  return [firstRow, rows, Float32Array.from(squaredNorms), slotHashes, slotForms, lexical]
}
