import type { ConceptFilter, ConceptRef, Name, NameMatch, VectorQuery } from '../../core/index.ts'
import { fold } from '../names/fold.ts'
import { cosine, gramsOf, squaredNorm } from '../names/grams.ts'
import { createThreshold } from '../store/threshold.ts'
import { dotOf } from '../vectors/dot.ts'
import type { NameEncoder } from '../vectors/nameEncoder.ts'

/** A name of a concept, by the concept's number in the view over several stores. */
export interface ExtraName {
  readonly concept: ConceptRef
  readonly name: Name
}

/** A name that answers a search, with what puts it in order: its folded text and the squared norm of its grams. */
export interface PlainMatch {
  readonly folded: string
  readonly squaredNorm: number
  readonly match: NameMatch
}

/** Some thousand names in memory, scored with the weights of another store. Texts are given folded. */
export interface ExtraNames {
  exact(folded: string): readonly NameMatch[]
  has(folded: string): boolean
  /** The `limit` names most like the text, as {@link KnowledgeBase.similar} has them. */
  similar(folded: string, limit: number, accepts?: ConceptFilter): readonly NameMatch[]
  /** The `limit` names nearest by their vectors, as {@link KnowledgeBase.nearest} has them, but exact. */
  nearest(folded: string, limit: number, accepts?: ConceptFilter): readonly NameMatch[]
  /** The same by another vector; the query's text is folded, too. */
  nearestBy(query: VectorQuery, limit: number, accepts?: ConceptFilter): readonly NameMatch[]
  /** The names whose folded text is so, the plainest first; scores compare them with `folded`. */
  where(isSo: (name: string) => boolean, folded: string): readonly PlainMatch[]
}

/** A distinct folded name. */
interface Form {
  readonly folded: string
  readonly squaredNorm: number
  readonly rows: ExtraName[]
  readonly vector: Float32Array | undefined
}

/**
 * Indexes names; `weightOf` gives the weight of a gram (see `gramWeight`). Names without a letter or digit are left out.
 * Without an encoder of names matches have no dense scores.
 */
export function createExtraNames(
  names: readonly ExtraName[],
  weightOf: (gram: number) => number,
  encoder?: NameEncoder,
): ExtraNames {
  const forms = formsOf(names, weightOf, encoder)
  const lists = listsOf(forms)
  const byText = new Map(forms.map((form) => [form.folded, form]))
  const sums = new Float64Array(forms.length)

  /** Calls back with every form that shares a gram with the text, and their cosine. */
  const scored = (folded: string, report: (form: Form, score: number) => void): void => {
    const query = gramsOf(folded)
    const touched: number[] = []
    // In the order of the grams, as `dotProduct` adds them, so that sums have the same bits.
    for (const gram of query) {
      const weight = weightOf(gram)
      for (const form of lists.get(gram) ?? NONE) {
        if (sums[form] === 0) touched.push(form)
        sums[form]! += weight
      }
    }
    const norm = squaredNorm(query, weightOf)
    for (const form of touched) {
      report(forms[form]!, cosine(sums[form]!, norm, forms[form]!.squaredNorm))
      sums[form] = 0
    }
  }

  const vectorOf = (folded: string): Float32Array | undefined => encoder?.encode(folded).slice()

  const nearestBy: ExtraNames['nearestBy'] = ({ text, vector }, limit, accepts = () => true) => {
    if (!encoder || vector.every((x) => x === 0)) return []
    const near = forms.flatMap((form) =>
      form.rows.some(({ concept }) => accepts(concept))
        ? { form, denseScore: dotOf(vector, form.vector!) }
        : [],
    )
    const best = near.sort((a, b) => b.denseScore - a.denseScore).slice(0, limit)
    const scores = new Map<Form, number>()
    scored(text, (form, score) => scores.set(form, score))
    return best
      .flatMap(({ form, denseScore }) =>
        form.rows
          .filter(({ concept }) => accepts(concept))
          .map((row) => matchOf(row, scores.get(form) ?? 0, denseScore)),
      )
      .slice(0, limit)
  }

  return {
    exact: (folded) => byText.get(folded)?.rows.map((row) => matchOf(row, 1, encoder && 1)) ?? [],
    has: (folded) => byText.has(folded),
    similar(folded, limit, accepts = () => true) {
      if (limit <= 0) return []
      const best = createThreshold(limit)
      const found: NameMatch[] = []
      const query = vectorOf(folded)
      scored(folded, ({ rows, vector }, score) => {
        if (score < best.value) return
        const denseScore = query && vector && dotOf(query, vector)
        for (const row of rows) {
          if (!accepts(row.concept)) continue
          best.offer(score)
          found.push(matchOf(row, score, denseScore))
        }
      })
      return found
        .filter(({ score }) => score >= best.value)
        .sort((a, b) => b.score - a.score || a.concept - b.concept)
        .slice(0, limit)
    },
    nearest(folded, limit, accepts) {
      const vector = vectorOf(folded)
      return vector ? nearestBy({ text: folded, vector }, limit, accepts) : []
    },
    nearestBy,
    where(isSo, text) {
      const some = forms.filter(({ folded }) => isSo(folded))
      const scores = new Map<Form, number>()
      if (some.length > 0) scored(text, (form, score) => scores.set(form, score))
      return some.flatMap((form) =>
        form.rows.map((row) => ({ ...form, match: matchOf(row, scores.get(form) ?? 0) })),
      )
    },
  }
}

const NONE = new Uint32Array(0)

/** The plainest first; equal norms by text. */
function formsOf(
  names: readonly ExtraName[],
  weightOf: (gram: number) => number,
  encoder: NameEncoder | undefined,
): Form[] {
  const forms = new Map<string, Form>()
  for (const row of names) {
    const folded = fold(row.name.text)
    if (folded === '') continue
    const known = forms.get(folded)
    if (known) known.rows.push(row)
    else {
      const norm = squaredNorm(gramsOf(folded), weightOf)
      forms.set(folded, { folded, squaredNorm: norm, rows: [row], vector: encoder?.encode(folded).slice() })
    }
  }
  return [...forms.values()].sort(comparePlain)
}

/** Which of two names comes first in a search as one types. */
export function comparePlain(
  a: Pick<Form, 'folded' | 'squaredNorm'>,
  b: Pick<Form, 'folded' | 'squaredNorm'>,
): number {
  return a.squaredNorm - b.squaredNorm || (a.folded < b.folded ? -1 : a.folded > b.folded ? 1 : 0)
}

/** The forms that have each gram. */
function listsOf(forms: readonly Form[]): Map<number, Uint32Array> {
  const lists = new Map<number, number[]>()
  for (const [i, { folded }] of forms.entries())
    for (const gram of gramsOf(folded)) {
      const list = lists.get(gram)
      if (list) list.push(i)
      else lists.set(gram, [i])
    }
  return new Map([...lists].map(([gram, list]) => [gram, Uint32Array.from(list)]))
}

function matchOf({ concept, name }: ExtraName, score: number, denseScore?: number): NameMatch {
  const match = { concept, name: name.text, kind: name.kind, count: name.count, score }
  return denseScore === undefined ? match : { ...match, denseScore }
}
