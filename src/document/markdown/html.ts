import type { SyntaxNode } from '@lezer/common'
import { decodeHTMLStrict } from 'entities/decode'
import type { PassageKind } from '../../core/index.ts'
import type { Block } from '../block.ts'
import { createMask } from '../mask.ts'
import type { InlineContext } from './inline.ts'

const MARKUP =
  /\uE000+|<!--[^]*?(?:-->|$)|<(script|style|pre|textarea)\b[^]*?(?:<\/\1\s*>|$)|<\/?([A-Za-z][\w-]*)(?:[^<>"']|"[^"]*"|'[^']*')*>|&(?:#\d+|#x[\da-f]+|\w+);/gi
// Tags that leave the words around them joined.
const INLINE =
  /^(?:a|abbr|b|bdi|bdo|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|tt|u|var|wbr)$/i

/** The text of raw HTML between its tags; scripts, styles, preformatted text and comments are left out. */
export function htmlBlock(node: SyntaxNode, context: InlineContext, kind: PassageKind): readonly Block[] {
  const { source, base } = context
  const mask = createMask(source)
  let done = node.from - base
  const html = source.slice(done, node.to - base)
  for (const match of html.matchAll(MARKUP)) {
    const at = node.from - base + match.index
    const end = at + match[0].length
    mask.keep(done, at)
    if (match[0].startsWith('&')) {
      const text = decodeHTMLStrict(match[0])
      if (/^\s*$/.test(text)) mask.blank(at, end)
      else mask.replace(at, end, text.replace(/\p{Cc}|\p{Cs}/gu, '\uFFFD'))
    } else if (!INLINE.test(match[2] ?? '')) mask.blank(at, end)
    done = end
  }
  mask.keep(done, node.to - base)
  const prose = mask.finish()
  return prose.text === '' ? [] : [{ ...prose, kind }]
}
