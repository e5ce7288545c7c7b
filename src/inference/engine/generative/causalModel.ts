import { join } from 'node:path'
import {
  AutoModelForCausalLM,
  AutoTokenizer,
  DynamicCache,
  env,
  LogLevel,
  Tensor,
} from '@huggingface/transformers'
import type { GenerativeFolder } from '../../generative/modelFolder.ts'
import { graphFile, unfit } from '../../generative/modelFolder.ts'
import type { Opened } from '../../providers.ts'
import { openWithFallback } from '../../providers.ts'
import type { SessionOptions } from '../session.ts'

/** Keys and values of tokens that were read, and how many there are. */
export interface Cache {
  readonly nTokens: number
  readonly tensors: Readonly<Record<string, Tensor>>
}

/** What a pass gives. */
export interface Pass {
  /** Of the token after the last one, one per entry of the vocabulary; not normalised. */
  readonly logits: Float32Array
  /** Of all tokens read so far. */
  readonly cache: Cache
}

/** A causal language model with its tokenizer, one pass at a time. */
export interface CausalModel {
  /** Token ids of a question as the model was taught to be asked. */
  encode(prompt: string): readonly number[]
  decode(ids: readonly number[]): string
  /** The id of a token by its text in the vocabulary (`ĠA`, `▁A`). */
  idOf(token: string): number | undefined
  /** Reads tokens that follow those of the cache. The cache given stays as it is. */
  read(ids: readonly number[], before: Cache | undefined): Promise<Pass>
  /** A cache of its first tokens; `undefined` when this model's cannot be cut. */
  cut(cache: Cache, nTokens: number): Cache | undefined
}

/** Opens a model with `@huggingface/transformers`, from its folder alone. */
export async function openCausalModel(
  model: GenerativeFolder,
  { provider, threads }: SessionOptions,
): Promise<Opened<CausalModel>> {
  env.allowRemoteModels = false
  env.useFSCache = false
  // What it would log holds what it was given.
  env.logLevel = LogLevel.NONE
  const { folder } = model
  const tokenizer = await AutoTokenizer.from_pretrained(folder, { local_files_only: true })
  // It reads the template from `tokenizer_config.json` alone, where newer checkpoints do not have it.
  tokenizer.chat_template ??= model.chatTemplate ?? null
  return openWithFallback(provider, async (device) => {
    const network = await AutoModelForCausalLM.from_pretrained(folder, {
      local_files_only: true,
      dtype: model.precision,
      device: device as 'cpu',
      session_options: { intraOpNumThreads: threads, interOpNumThreads: 1 },
    })
    const readsLast = takesCount(network)

    function encode(prompt: string): readonly number[] {
      if (tokenizer.chat_template == null) return tokenizer.encode(prompt)
      const asked: unknown = tokenizer.apply_chat_template([{ role: 'user', content: prompt }], {
        tokenize: false,
        add_generation_prompt: true,
        // Templates that know no thinking do not look at it.
        ...{ enable_thinking: false },
      })
      return tokenizer.encode(String(asked), { add_special_tokens: false })
    }

    return {
      encode,
      decode: (ids) => tokenizer.decode([...ids], { skip_special_tokens: true }),
      idOf: (token) => tokenizer.get_vocab().get(token),
      async read(ids, before) {
        const nTokens = (before?.nTokens ?? 0) + ids.length
        const given = {
          input_ids: int64(ids, [1, ids.length]),
          attention_mask: int64(new Array<number>(nTokens).fill(1), [1, nTokens]),
          ...(readsLast ? { num_logits_to_keep: int64([1], []) } : {}),
          ...(before ? { past_key_values: new DynamicCache(before.tensors) } : {}),
        }
        const found = (await network.forward(given)) as Readonly<Record<string, Tensor>>
        if (!found.logits) throw unfit(join(folder, graphFile(model.precision)), 'it gives no "logits"')
        return { logits: lastRow(found.logits), cache: { nTokens, tensors: cacheOf(found) } }
      },
      cut: cutCache,
    }
  })
}

/** Graphs of newer exports compute no more logits than asked for. */
function takesCount(network: object): boolean {
  const { sessions } = network as { sessions: Readonly<Record<string, { inputNames: readonly string[] }>> }
  return Object.values(sessions).some(({ inputNames }) => inputNames.includes('num_logits_to_keep'))
}

function int64(values: readonly number[], dims: number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), dims)
}

/** @param logits `[1, tokens, vocabulary]` */
function lastRow(logits: Tensor): Float32Array {
  const size = logits.dims.at(-1) ?? 0
  const all = logits.type === 'float32' ? logits : logits.to('float32')
  return (all.data as Float32Array).slice(-size)
}

/** Outputs named `present…` are the inputs `past…` of the next pass; recurrent layers have other names than keys and values. */
function cacheOf(found: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const entries = Object.entries(found).filter(([name]) => name.startsWith('present'))
  return Object.fromEntries(
    entries.map(([name, tensor]) => [
      /^present_(?:conv|ssm|recurrent)/.test(name)
        ? name.replace('present', 'past')
        : name.replace('present', 'past_key_values'),
      tensor,
    ]),
  )
}

/** Keys and values are `[1, heads, tokens, dimension]`. */
function cutCache({ nTokens, tensors }: Cache, n: number): Cache | undefined {
  if (n === nTokens) return { nTokens, tensors }
  const isPlain = Object.values(tensors).every(({ dims }) => dims.length === 4 && dims[2] === nTokens)
  if (!isPlain) return undefined
  const cut = Object.entries(tensors).map(([name, tensor]) => [name, tensor.slice(null, null, [0, n], null)])
  return { nTokens: n, tensors: Object.fromEntries(cut) as Record<string, Tensor> }
}
