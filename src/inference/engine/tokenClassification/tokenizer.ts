import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClassifierConfig } from '../../tokenClassification/classifierConfig.ts'
import {
  TOKENIZER_CONFIG_FILE,
  TOKENIZER_FILE,
  WORD_PIECES_FILE,
} from '../../tokenClassification/tokenizerKind.ts'
import type { NormalizerRules } from '../../normalizer.ts'
import { createTokenizer, createWordPieces } from '../../tokenizer.ts'
import { blankPieces } from './blankPieces.ts'
import { bytePieces } from './bytePieces.ts'
import type { OffsetTokenizer } from './offsetTokenizer.ts'

/** Opens the tokenizer of a model, whatever of the three kinds it is. */
export async function openTokenizer({ folder, tokenizer }: ClassifierConfig): Promise<OffsetTokenizer> {
  if (tokenizer.kind === 'word-pieces') return wordPieces(folder, tokenizer.rules)
  const json = (await readJson(join(folder, TOKENIZER_FILE))) as object
  const settings = (await readJson(join(folder, TOKENIZER_CONFIG_FILE)).catch(() => ({}))) as object
  return tokenizer.kind === 'byte-level' ? bytePieces(json, settings) : blankPieces(json, settings)
}

async function wordPieces(folder: string, rules: NormalizerRules): Promise<OffsetTokenizer> {
  const written = await readJson(join(folder, TOKENIZER_FILE)).catch(() => undefined)
  const made =
    written === undefined
      ? createTokenizer(await readFile(join(folder, WORD_PIECES_FILE), 'utf8'), rules)
      : createWordPieces(piecesById((written as WordPieceFile).model.vocab), rules)
  return {
    prefix: [made.special.cls],
    suffix: [made.special.sep],
    tokenize: (text) => made.tokenize(text),
  }
}

interface WordPieceFile {
  readonly model: { readonly vocab: Readonly<Record<string, number>> }
}

function piecesById(vocabulary: Readonly<Record<string, number>>): string[] {
  const pieces: string[] = []
  for (const [piece, id] of Object.entries(vocabulary)) pieces[id] = piece
  return Array.from(pieces, (piece) => piece ?? '')
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'))
}
