import { ConceptLensError } from '../../core/index.ts'
import type { DenseModel } from '../packing/denseModel.ts'
import { packPairs } from '../packing/pack.ts'
import type { DenseOptions, DenseScores, Pack, PackTokenizer, PassageToRank } from '../packing/types.ts'
import type { Checkpoint } from './encoder.ts'
import type { Session, TensorData } from './session.ts'

/** A dense cross-encoder over one session. */
export interface DenseEncoder {
  /** Packs the pairs of a document and scores all of them. */
  rank(
    passages: readonly PassageToRank[],
    options: DenseOptions,
    checkpoint: Checkpoint,
  ): Promise<DenseScores>
}

/** Narrower windows would cut every text. */
const LEAST_TOKENS = 64
/** Tokens in one run by default, where more than one sequence has that few. */
const BATCH_TOKENS = 512
const INPUTS = ['input_ids', 'attention_mask', 'token_type_ids']
/** Names of the graph's output: logits per token, or the encoder's states. */
const OUTPUTS = ['logits', 'last_hidden_state']

/**
 * Runs packed sequences through a graph that Hugging Face's exporters write: inputs `input_ids`, `attention_mask` and
 * maybe `token_type_ids` `[batch, tokens]`; output `logits` `[batch, tokens, 1 or 2]`, or `last_hidden_state`
 * `[batch, tokens, hidden]`, to which the model's score head is applied. Of two labels the score is the log odds of the
 * second, whose softmax the published models rank by.
 */
export function createDenseEncoder(
  session: Session,
  model: DenseModel,
  tokenizer: PackTokenizer,
): DenseEncoder {
  const wanted = outputOf(session, model)
  const unknown = session.inputs.filter((name) => !INPUTS.includes(name))
  if (unknown.length > 0)
    throw unfit(model, `the graph wants the input ${unknown.join(', ')}; known are ${INPUTS.join(', ')}`)

  async function run(batch: readonly Pack[], answer: (pack: Pack, scores: number[]) => void): Promise<void> {
    const nTokens = longest(batch)
    const dims = [batch.length, nTokens]
    const ids = new BigInt64Array(batch.length * nTokens).fill(BigInt(tokenizer.special.pad))
    const mask = new BigInt64Array(ids.length)
    batch.forEach((pack, row) => {
      ids.set(
        pack.ids.map((id) => BigInt(id)),
        row * nTokens,
      )
      mask.fill(1n, row * nTokens, row * nTokens + pack.ids.length)
    })
    const feeds: Record<string, TensorData> = {
      input_ids: { dims, data: ids },
      attention_mask: { dims, data: mask },
      token_type_ids: { dims, data: new BigInt64Array(ids.length) },
    }
    const taken = Object.fromEntries(
      session.inputs.flatMap((name) => (feeds[name] ? [[name, feeds[name]]] : [])),
    )
    const output = (await session.run(taken, [wanted]))[wanted]
    const score = scorer(output, batch.length * nTokens, model)
    batch.forEach((pack, row) =>
      answer(
        pack,
        pack.masks.map(({ at }) => score(row * nTokens + at)),
      ),
    )
  }

  return {
    async rank(passages, options, checkpoint) {
      const maxTokens = windowOf(model, options.maxTokens)
      const { packs, counts } = packPairs(passages, { ...options, maxTokens }, tokenizer)
      const scores = passages.map(({ mentions }) =>
        mentions.map(({ candidates }) => new Float32Array(candidates.length)),
      )
      let [nPaddedTokens, nAttendedPairs] = [0, 0]
      for (const batch of batchesOf(packs, options)) {
        await checkpoint()
        nPaddedTokens += batch.length * longest(batch)
        nAttendedPairs += batch.length * longest(batch) ** 2
        await run(batch, (pack, values) =>
          pack.masks.forEach(({ place }, i) => {
            const own = scores[place.passage]?.[place.mention]
            if (own) own[place.candidate] = values[i] ?? Number.NaN
          }),
        )
      }
      return { scores, counts: { ...counts, nPaddedTokens, nAttendedPairs } }
    },
  }
}

function outputOf({ outputs }: Session, model: DenseModel): string {
  const found = OUTPUTS.find((name) => outputs.includes(name))
  if (found === undefined)
    throw unfit(model, `the graph gives ${outputs.join(', ')}; ${OUTPUTS.join(' or ')} is needed`)
  if (found !== 'logits' && model.scoreHead === undefined)
    throw unfit(model, `the graph gives ${found}, and config.json has no score_head to apply to it`)
  return found
}

function windowOf(model: DenseModel, wanted = model.maxTokens): number {
  if (wanted >= LEAST_TOKENS && wanted <= model.maxTokens) return wanted
  throw new ConceptLensError(
    'packing-window',
    `A window of ${wanted} tokens was asked for; this model allows ${LEAST_TOKENS} to ${model.maxTokens}.`,
  )
}

/** The score of a row of the output, by the number of its columns. */
function scorer(output: TensorData | undefined, nRows: number, model: DenseModel): (row: number) => number {
  const data = output?.data
  const width = (data?.length ?? 0) / nRows
  if (!(data instanceof Float32Array)) throw unfit(model, 'the graph gives no fp32 numbers')
  const { scoreHead } = model
  if (scoreHead !== undefined && width === model.hidden)
    return (row) =>
      scoreHead.weight.reduce((sum, weight, i) => sum + weight * (data[row * width + i] ?? 0), scoreHead.bias)
  if (width === 1) return (row) => data[row] ?? Number.NaN
  if (width === 2) return (row) => (data[2 * row + 1] ?? Number.NaN) - (data[2 * row] ?? Number.NaN)
  throw unfit(model, `the graph gives ${width} numbers per token; one or two labels are known`)
}

function batchesOf(packs: readonly Pack[], { batchSize, sorted = true }: DenseOptions): Pack[][] {
  const ordered = sorted ? packs.toSorted((a, b) => a.ids.length - b.ids.length) : packs
  const batches: Pack[][] = []
  for (const pack of ordered) {
    const batch = batches.at(-1)
    const isFull =
      batchSize === undefined
        ? longest([...(batch ?? []), pack]) * ((batch?.length ?? 0) + 1) > BATCH_TOKENS
        : (batch?.length ?? 0) >= batchSize
    if (batch && !isFull) batch.push(pack)
    else batches.push([pack])
  }
  return batches
}

function longest(batch: readonly Pack[]): number {
  return Math.max(0, ...batch.map(({ ids }) => ids.length))
}

function unfit({ graph }: DenseModel, what: string): ConceptLensError {
  return new ConceptLensError(
    'model-unfit',
    `${graph} cannot be used as a dense cross-encoder: ${what}. The manual's page "Packing" says how to export one.`,
  )
}
