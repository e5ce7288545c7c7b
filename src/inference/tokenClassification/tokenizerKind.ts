import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import type { NormalizerRules } from '../normalizer.ts'
import { missing, readChecked, unfit } from './files.ts'

export const TOKENIZER_FILE = 'tokenizer.json'
export const TOKENIZER_CONFIG_FILE = 'tokenizer_config.json'
export const WORD_PIECES_FILE = 'vocab.txt'

/**
 * How a model's tokenizer cuts text. `word-pieces`: BERT's, which knows where words begin. `byte-level`: byte-pair encoding of RoBERTa and
 * ModernBERT. `blanks`: SentencePiece's, in which `▁` stands for a blank (DeBERTa-v3, XLM-R).
 */
export type TokenizerKind =
  | { readonly kind: 'word-pieces'; readonly rules: NormalizerRules }
  | { readonly kind: 'byte-level' }
  | { readonly kind: 'blanks' }

const Flag = v.nullish(v.boolean())

const SettingsSchema = v.object({
  /** Hugging Face writes 1e30 where there is no limit. */
  model_max_length: v.nullish(v.number()),
  do_lower_case: Flag,
  strip_accents: Flag,
  tokenize_chinese_chars: Flag,
})

/** A part of a tokenizer that can be a sequence of such parts. */
const PartSchema = v.looseObject({
  type: v.string(),
  pretokenizers: v.optional(v.array(v.looseObject({ type: v.string() }))),
})

const TokenizerSchema = v.object({
  normalizer: v.nullish(
    v.looseObject({ type: v.string(), lowercase: Flag, strip_accents: Flag, handle_chinese_chars: Flag }),
  ),
  pre_tokenizer: v.nullish(PartSchema),
  model: v.looseObject({ type: v.optional(v.string()), continuing_subword_prefix: v.nullish(v.string()) }),
})

type Settings = v.InferOutput<typeof SettingsSchema>
type Written = v.InferOutput<typeof TokenizerSchema>

/**
 * Tells how a model's tokenizer cuts, and how many pieces it says its model takes.
 * @throws ConceptLensError `token-classification-missing` or `token-classification-unfit`
 */
export async function readTokenizerKind(
  folder: string,
): Promise<{ readonly kind: TokenizerKind; readonly maxPieces: number }> {
  const settingsPath = join(folder, TOKENIZER_CONFIG_FILE)
  const settings: Settings = existsSync(settingsPath) ? await readChecked(settingsPath, SettingsSchema) : {}
  const path = join(folder, TOKENIZER_FILE)
  const hasPieces = existsSync(join(folder, WORD_PIECES_FILE))
  if (!existsSync(path) && !hasPieces) throw missing(path, new Error('no such file'))
  const written = existsSync(path) ? await readChecked(path, TokenizerSchema) : undefined
  const kind = written ? kindOf(written, settings) : wordPieces(settings)
  if (kind === undefined) throw unfit(path, whyUnknown(written))
  return { kind, maxPieces: settings.model_max_length ?? Infinity }
}

function kindOf(written: Written, settings: Settings): TokenizerKind | undefined {
  const { model, normalizer, pre_tokenizer: splitter } = written
  const splits = (type: string): boolean =>
    splitter?.type === type || splitter?.pretokenizers?.some((part) => part.type === type) === true
  if (splits('BertPreTokenizer') && (model.continuing_subword_prefix ?? '##') === '##')
    return wordPieces(settings, normalizer)
  if (splits('ByteLevel')) return { kind: 'byte-level' }
  return splits('Metaspace') ? { kind: 'blanks' } : undefined
}

/** As `transformers` does: its own settings go before the tokenizer's file, and accents are stripped with the case unless told otherwise. */
function wordPieces(settings: Settings, written?: Written['normalizer']): TokenizerKind {
  const lowerCase = settings.do_lower_case ?? written?.lowercase ?? true
  const stripAccents = settings.strip_accents ?? written?.strip_accents ?? lowerCase
  const ideographsApart = settings.tokenize_chinese_chars ?? written?.handle_chinese_chars ?? true
  return { kind: 'word-pieces', rules: { lowerCase, stripAccents, ideographsApart } }
}

function whyUnknown(written: Written | undefined): string {
  return `its tokenizer splits text by "${written?.pre_tokenizer?.type ?? 'nothing'}"; allowed are "BertPreTokenizer" (WordPiece), "ByteLevel" (RoBERTa, ModernBERT) and "Metaspace" (SentencePiece)`
}
