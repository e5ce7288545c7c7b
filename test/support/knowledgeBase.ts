import type { Concept, ConceptRef, KnowledgeBase, Name, NameMatch } from '../../src/core/index.ts'
import { cosine, dotProduct, fold, gramsOf, gramWeight, squaredNorm } from '../../src/knowledge/index.ts'
import { idSpellings } from '../../src/knowledge/store/idSpellings.ts'

/** What a test says of a concept; the rest is empty. Names may be plain texts: the first is preferred, the others synonyms. */
export type ConceptSketch = Partial<Omit<Concept, 'names'>> & {
  readonly id: string
  readonly names: readonly (string | Partial<Name>)[]
}

interface Row {
  readonly concept: ConceptRef
  readonly name: Name
  readonly folded: string
}

/** A whole concept from a sketch. */
export function conceptOf(sketch: ConceptSketch): Concept {
  const names = sketch.names.map((name, i): Name => {
    const kind = i === 0 ? 'preferred' : 'synonym'
    return { text: '', kind, source: 'TEST', count: 0, ...(typeof name === 'string' ? { text: name } : name) }
  })
  return {
    name: names[0]?.text ?? '',
    types: [],
    groups: [],
    parents: [],
    xrefs: [],
    definitions: [],
    ...sketch,
    names,
  }
}

/**
 * A knowledge base in memory that answers by brute force: a double for tests of linking and the oracle for the store.
 * Concepts keep the order given; their ordinals count from 0.
 */
export function knowledgeBaseOf(sketches: readonly ConceptSketch[]): KnowledgeBase {
  const concepts = sketches.map(conceptOf)
  const rows = concepts.flatMap((concept, ref) =>
    concept.names.map((name): Row => ({ concept: ref, name, folded: fold(name.text) })),
  )
  const { similarity, normOf, weightOf } = similarityOver(rows)
  const plainest = (some: readonly Row[]): Row[] =>
    some.toSorted((a, b) => normOf(a.folded) - normOf(b.folded) || compare(a.folded, b.folded))
  const conceptAt = (ref: ConceptRef): Concept => {
    const concept = concepts[ref]
    if (!concept) throw new Error(`No concept ${String(ref)}`)
    return concept
  }
  const exact = (text: string): NameMatch[] => {
    const folded = fold(text)
    return folded === '' ? [] : rows.filter((row) => row.folded === folded).map((row) => matchOf(row, 1))
  }
  return {
    info: {
      name: 'test',
      version: '1',
      fingerprint: 'test',
      nConcepts: concepts.length,
      nNames: rows.length,
      sources: [],
    },
    concept: conceptAt,
    summary: (ref) => conceptAt(ref),
    names: (ref) => conceptAt(ref).names,
    conceptCount: (ref) => conceptAt(ref).names.reduce((sum, name) => sum + name.count, 0),
    resolve(id) {
      const found = idSpellings(id).map((spelling) => resolveIn(concepts, spelling))
      return found.find((refs) => refs.length > 0) ?? []
    },
    exact,
    hasName: (folded) => folded !== '' && rows.some((row) => row.folded === folded),
    gramWeight: weightOf,
    similar(text, limit, accepts) {
      const folded = fold(text)
      return rows
        .filter((row) => accepts?.(row.concept) !== false)
        .map((row) => matchOf(row, similarity(folded, row.folded)))
        .filter((match) => match.score > 0)
        .sort((a, b) => b.score - a.score || a.concept - b.concept)
        .slice(0, limit)
    },
    nearest: () => [],
    vectorOf: () => undefined,
    nearestBy: () => [],
    prefix(text, limit) {
      const folded = fold(text)
      if (folded === '') return []
      return plainest(rows.filter((row) => row.folded.startsWith(folded)))
        .sort((a, b) => Number(b.folded === folded) - Number(a.folded === folded))
        .map((row) => matchOf(row, similarity(folded, row.folded)))
        .slice(0, limit)
    },
    withWords(text, limit) {
      const folded = fold(text)
      if (folded.length < 2) return []
      return plainest(rows.filter((row) => beginsWords(row.folded.split(' '), folded.split(' '))))
        .map((row) => matchOf(row, similarity(folded, row.folded)))
        .slice(0, limit)
    },
    children(ref) {
      const parent = conceptAt(ref)
      const ids = new Set([parent.id, ...parent.xrefs])
      return concepts.flatMap((concept, i) =>
        i !== ref && concept.parents.some((id) => ids.has(id)) ? [i] : [],
      )
    },
    close() {},
  }
}

function matchOf(row: Row, score: number): NameMatch {
  return { concept: row.concept, name: row.name.text, kind: row.name.kind, count: row.name.count, score }
}

function resolveIn(concepts: readonly Concept[], id: string): ConceptRef[] {
  const own = concepts.flatMap((concept, ref) => (concept.id === id ? [ref] : []))
  const others = concepts.flatMap((concept, ref) =>
    concept.id !== id && concept.xrefs.includes(id) ? [ref] : [],
  )
  return [...own, ...others]
}

function beginsWords(name: readonly string[], typed: readonly string[]): boolean {
  return typed.every((word, i) =>
    word.length === 1 && i + 1 < typed.length
      ? name.includes(word)
      : name.some((other) => other.startsWith(word)),
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function similarityOver(rows: readonly Row[]): {
  readonly similarity: (a: string, b: string) => number
  readonly normOf: (folded: string) => number
  readonly weightOf: (gram: number) => number
} {
  const forms = new Set(rows.map((row) => row.folded).filter((folded) => folded !== ''))
  const frequency = new Map<number, number>()
  for (const form of forms)
    for (const gram of gramsOf(form)) frequency.set(gram, (frequency.get(gram) ?? 0) + 1)
  const weightOf = (gram: number): number => gramWeight(forms.size, frequency.get(gram) ?? 0)
  const normOf = (folded: string): number => squaredNorm(gramsOf(folded), weightOf)
  return {
    normOf,
    weightOf,
    similarity: (a, b) => cosine(dotProduct(gramsOf(a), gramsOf(b), weightOf), normOf(a), normOf(b)),
  }
}
