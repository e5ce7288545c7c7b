import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { packPairs } from '../../../src/inference/packing/pack.ts'
import type { Packed, PackingMode, PassageToRank } from '../../../src/inference/packing/types.ts'
import { createTokenizer } from '../../../src/inference/tokenizer.ts'

/** What the training recipe packs, made by `test/oracle/packs.make.py`. */
interface Oracle {
  readonly documents: readonly {
    readonly pmid: string
    readonly passages: readonly {
      readonly text: string
      readonly sentences: readonly [number, number][]
      readonly mentions: readonly {
        readonly span: [number, number]
        readonly text: string
        readonly names: readonly string[]
      }[]
    }[]
    readonly packed: readonly {
      readonly mode: PackingMode
      readonly context: 'sentence' | 'passage'
      readonly window: number
      readonly packs: number
      readonly tokens: number
      readonly sha256: string
    }[]
  }[]
}

const oracle = JSON.parse(readFileSync('test/oracle/packs.json', 'utf8')) as Oracle
const tokenizer = createTokenizer(readFileSync('test/fixtures/tiny-dense/vocab.txt', 'utf8'))

const spanOf = ([start, end]: readonly [number, number]) => ({ start, end })

function passagesOf({ passages }: Oracle['documents'][number]): PassageToRank[] {
  return passages.map(({ text, sentences, mentions }) => ({
    text,
    sentences: sentences.map(spanOf),
    mentions: mentions.map((mention) => ({
      span: spanOf(mention.span),
      mentionText: mention.text,
      candidates: mention.names.map((name) => ({ name, preferred: name, features: [] })),
    })),
  }))
}

function digest({ packs }: Packed): string {
  const plain = packs.map(({ ids, masks }) => [
    ids,
    masks.map(({ at, place }) => [at, place.passage, place.mention, place.candidate]),
  ])
  return createHash('sha256').update(JSON.stringify(plain)).digest('hex')
}

describe('packing, beside the training recipe', () => {
  for (const document of oracle.documents)
    it(`makes the sequences that models are trained on, document ${document.pmid}`, () => {
      const passages = passagesOf(document)
      for (const { mode, context, window, packs, tokens, sha256 } of document.packed) {
        const packed = packPairs(
          passages,
          { mode, context, maxTokens: window },
          { special: tokenizer.special, ids: (text) => tokenizer.tokenize(text).ids },
        )
        const name = `${mode}, ${context}, ${window}`
        assert.deepEqual([packed.counts.nPacks, packed.counts.nTokens], [packs, tokens], name)
        assert.equal(digest(packed), sha256, name)
      }
    })
})
