import type { Context, ContextMention } from './contexts.ts'
import { contextsOf, joined } from './contexts.ts'
import type {
  Pack,
  Packed,
  PackingCounts,
  PackingOptions,
  PackTokenizer,
  PairPlace,
  PassageToRank,
} from './types.ts'
import { cutAround } from './window.ts'

/** `[SEP] mention [MASK] name` of one candidate. */
interface Pair {
  readonly ids: readonly number[]
  /** The place of `[MASK]` among the ids. */
  readonly maskAt: number
  readonly place: PairPlace
}

/** Pairs that must stay together: all of a mention, or each alone in the mode `pair`. */
interface Group {
  readonly mention: ContextMention
  readonly pairs: readonly Pair[]
  readonly nTokens: number
}

/** `[CLS]` and the last `[SEP]`. */
const FRAME_TOKENS = 2
/** Of a context that is longer than the window with its pairs, a text longer than this share of it is parted. */
const TEXT_SHARE = 1 / 2
/** What a text cut around a mention keeps at least, as a share of the window. */
const LEAST_TEXT_SHARE = 1 / 4
/** Most of the window that a mention or a name takes. */
const LONGEST_PART_SHARE = 1 / 4

/**
 * Packs the pairs of a document. Each pair is in exactly one sequence, and all candidates of a mention are in the same
 * one, but in the mode `pair`, or where they alone are longer than the window. When the text and its pairs are longer than
 * the window, the text is repeated before each part of the pairs; it is parted between passages or sentences when it takes
 * more than half of the window, and cut around a mention when it still leaves too little room for it.
 */
export function packPairs(
  passages: readonly PassageToRank[],
  options: PackingOptions & { readonly maxTokens: number },
  tokenizer: PackTokenizer,
): Packed {
  const packer = createPacker(passages, options, tokenizer)
  for (const context of contextsOf(passages, options)) packer.add(context)
  return packer.finish()
}

function createPacker(
  passages: readonly PassageToRank[],
  { mode, maxTokens }: PackingOptions & { readonly maxTokens: number },
  { special, ids: idsOf }: PackTokenizer,
) {
  const room = maxTokens - FRAME_TOKENS
  const packs: Pack[] = []
  let [nCutTexts, nSplitMentions, nCutPairs] = [0, 0, 0]

  function pairOf(mentionText: string, name: string, place: PairPlace): Pair {
    const longest = Math.floor(maxTokens * LONGEST_PART_SHARE)
    const [own, others] = [idsOf(mentionText), idsOf(name)]
    if (own.length > longest || others.length > longest) nCutPairs++
    const mention = own.slice(0, longest)
    const ids = [special.sep, ...mention, special.mask, ...others.slice(0, longest)]
    return { ids, maskAt: 1 + mention.length, place }
  }

  function groupsOf(context: Context): Group[] {
    return context.mentions.flatMap((at) => {
      const { mentionText = '', candidates = [] } = passages[at.passage]?.mentions[at.mention] ?? {}
      const pairs = candidates.map(({ name }, candidate) =>
        pairOf(mentionText, name, { passage: at.passage, mention: at.mention, candidate }),
      )
      if (mode === 'pair') return pairs.map((pair) => groupOf(at, [pair]))
      return pairs.length > 0 ? [groupOf(at, pairs)] : []
    })
  }

  function emit(text: readonly number[], groups: readonly Group[]): void {
    const ids = [special.cls, ...text]
    const masks: { at: number; place: PairPlace }[] = []
    for (const { pairs } of groups)
      for (const pair of pairs) {
        masks.push({ at: ids.length + pair.maskAt, place: pair.place })
        ids.push(...pair.ids)
      }
    ids.push(special.sep)
    packs.push({ ids, masks })
  }

  /** The text before as many groups as fit, as often as it takes. */
  function emitRepeated(context: Context, text: readonly number[], groups: readonly Group[]): void {
    let waiting: Group[] = []
    let used = text.length
    const flush = (): void => {
      if (waiting.length > 0) emit(text, waiting)
      waiting = []
      used = text.length
    }
    for (const group of groups) {
      if (text.length + group.nTokens > room) {
        flush()
        emitCut(context, text, group)
      } else {
        if (used + group.nTokens > room) flush()
        waiting.push(group)
        used += group.nTokens
      }
    }
    flush()
  }

  /** One mention whose text and candidates are longer than the window. */
  function emitCut(context: Context, text: readonly number[], group: Group): void {
    const least = Math.min(text.length, Math.floor(maxTokens * LEAST_TEXT_SHARE))
    const parts = partedPairs(group, room - least)
    if (parts.length > 1) nSplitMentions++
    for (const part of parts) {
      const own = groupOf(group.mention, part)
      const limit = room - own.nTokens
      if (text.length > limit) nCutTexts++
      emit(text.length > limit ? cutAround(context.text, group.mention.span, limit, idsOf) : text, [own])
    }
  }

  function add(context: Context): void {
    const groups = groupsOf(context)
    if (groups.length === 0) return
    const text = idsOf(context.text)
    if (mode === 'pair' || mode === 'mention') {
      for (const group of groups) emitRepeated(context, text, [group])
      return
    }
    const fits = text.length + sum(groups) <= room
    const runs = fits || text.length <= room * TEXT_SHARE ? [] : runsOf(context)
    if (runs.length > 1) runs.forEach(add)
    else emitRepeated(context, text, groups)
  }

  /** Neighbouring parts together as long as their text keeps to its share of the window. */
  function runsOf({ parts, separator }: Context): Context[] {
    const runs: Context[][] = []
    let used = Infinity
    for (const part of parts) {
      const nTokens = idsOf(part.text).length
      if (used + nTokens > room * TEXT_SHARE) {
        runs.push([])
        used = 0
      }
      runs.at(-1)?.push(part)
      used += nTokens
    }
    return runs.map((run) => joined(run, separator))
  }

  const finish = (): Packed => {
    const nTokens = packs.reduce((total, { ids }) => total + ids.length, 0)
    const counts: PackingCounts = { nPacks: packs.length, nTokens, nCutTexts, nSplitMentions, nCutPairs }
    return { packs, counts }
  }
  return { add, finish }
}

function groupOf(mention: ContextMention, pairs: readonly Pair[]): Group {
  return { mention, pairs, nTokens: pairs.reduce((total, { ids }) => total + ids.length, 0) }
}

function sum(groups: readonly Group[]): number {
  return groups.reduce((total, { nTokens }) => total + nTokens, 0)
}

/** The pairs of a group in parts of at most `limit` tokens, in order. */
function partedPairs({ pairs }: Group, limit: number): Pair[][] {
  const parts: Pair[][] = [[]]
  let used = 0
  for (const pair of pairs) {
    if (used + pair.ids.length > limit) {
      parts.push([])
      used = 0
    }
    parts.at(-1)?.push(pair)
    used += pair.ids.length
  }
  return parts.filter((part) => part.length > 0)
}
