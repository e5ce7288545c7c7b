import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { ConceptLensError } from '../../core/index.ts'
import { VOCABULARY_FILE } from '../modelManifest.ts'
import { createTokenizer } from '../tokenizer.ts'
import { readJson } from './denseModel.ts'
import type { PackTokenizer } from './types.ts'

const TOKENIZER_FILE = 'tokenizer.json'
const TOKENIZER_CONFIG_FILE = 'tokenizer_config.json'

/** A special token stands as its text or as an object with it. */
const Token = v.union([
  v.string(),
  v.pipe(
    v.object({ content: v.string() }),
    v.transform((t) => t.content),
  ),
])

const TokenizerConfigSchema = v.object({
  do_lower_case: v.optional(v.boolean()),
  strip_accents: v.nullish(v.boolean()),
  tokenize_chinese_chars: v.optional(v.boolean(), true),
  cls_token: v.optional(Token, '[CLS]'),
  sep_token: v.optional(Token, '[SEP]'),
  mask_token: v.optional(Token, '[MASK]'),
  pad_token: v.optional(Token, '[PAD]'),
})

type TokenizerConfig = v.InferOutput<typeof TokenizerConfigSchema>

/**
 * The tokenizer of a Hugging Face model's folder: our WordPiece for an uncased BERT vocabulary (`vocab.txt`), else what
 * `tokenizer.json` says (byte-level BPE, Unigram, cased WordPiece), by Hugging Face's own library.
 * @throws ConceptLensError `model-missing` or `tokenizer-vocabulary`.
 */
export async function openPackTokenizer(modelDir: string, modelType: string): Promise<PackTokenizer> {
  const vocabulary = join(modelDir, VOCABULARY_FILE)
  const configFile = join(modelDir, TOKENIZER_CONFIG_FILE)
  const written = existsSync(configFile) ? await readJson(configFile) : {}
  const parsed = v.safeParse(TokenizerConfigSchema, written)
  if (!parsed.success)
    throw new ConceptLensError(
      'tokenizer-vocabulary',
      `${configFile} does not name the special tokens as Hugging Face does: ${parsed.issues[0].message}. Export the tokenizer again (save_pretrained).`,
    )
  const config = parsed.output
  if (modelType === 'bert' && existsSync(vocabulary) && isUncased(config)) {
    const tokenizer = createTokenizer(await readFile(vocabulary, 'utf8'))
    return { special: tokenizer.special, ids: (text) => tokenizer.tokenize(text).ids }
  }
  return openGeneral(modelDir, config, written as object)
}

/** As our WordPiece reads: lower case without accents. A folder without a word on it is taken for uncased. */
function isUncased({ do_lower_case, strip_accents, tokenize_chinese_chars }: TokenizerConfig): boolean {
  return do_lower_case !== false && strip_accents !== false && tokenize_chinese_chars
}

async function openGeneral(
  modelDir: string,
  config: TokenizerConfig,
  written: object,
): Promise<PackTokenizer> {
  const json = (await readJson(join(modelDir, TOKENIZER_FILE))) as object
  // Read only where it is needed: hardly anybody has such a model.
  const { Tokenizer } = await import('@huggingface/tokenizers')
  const tokenizer = new Tokenizer(json, written)
  const idOf = (token: string): number => {
    const id = tokenizer.token_to_id(token)
    if (id !== undefined) return id
    throw new ConceptLensError(
      'tokenizer-vocabulary',
      `${join(modelDir, TOKENIZER_FILE)} has no token ${token}, which packing needs: name the model's own in ` +
        `${TOKENIZER_CONFIG_FILE} (cls_token, sep_token, mask_token, pad_token).`,
    )
  }
  const { cls_token, sep_token, mask_token, pad_token } = config
  return {
    special: { cls: idOf(cls_token), sep: idOf(sep_token), mask: idOf(mask_token), pad: idOf(pad_token) },
    ids: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids,
  }
}
