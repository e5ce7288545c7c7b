/** Longest name that is read, in words; what stands behind counts for nothing. */
const MAX_WORDS = 16

/** Most pieces that a name is cut into; what stands behind counts for nothing. */
export const MAX_PIECES = 256

const SPACE = 32
const NONE = 0xffff

/**
 * Makes a function that cuts a folded name into pieces, writes their numbers into `rows` ({@link MAX_PIECES} long), and
 * gives how many they are: of each word the longest piece that it begins with, then the longest that goes on (WordPiece:
 * Wu et al., 2016); a letter that no piece has is left out. Pieces that continue a word begin with `##`.
 *
 * A letter costs one step in a tree of the pieces' letters, so that no text is made and no word has to be remembered.
 */
export function createPieceCutter(pieces: readonly string[], rows: Uint16Array): (folded: string) => number {
  const tree = createTree(pieces.reduce((sum, piece) => sum + piece.length, 2))
  const [first, further] = [tree.root(), tree.root()]
  pieces.forEach((piece, row) => {
    const isFurther = piece.startsWith('##')
    tree.add(isFurther ? further : first, isFurther ? piece.slice(2) : piece, row)
  })

  /** Cuts the word from `from` to `to`; where the next one begins in `rows`. */
  const cutWord = (text: string, from: number, to: number, start: number): number => {
    let n = start
    for (let at = from; at < to && n < MAX_PIECES;) {
      let node = at === from ? first : further
      let end = at + 1
      let row = NONE
      for (let next = at; next < to && (node = tree.child(node, text.charCodeAt(next))) >= 0; next += 1) {
        if (tree.rowAt(node) === NONE) continue
        row = tree.rowAt(node)
        end = next + 1
      }
      if (row !== NONE) rows[n++] = row
      at = end
    }
    return n
  }

  return (folded) => {
    let n = 0
    for (let word = 0, at = 0; word < MAX_WORDS && at < folded.length; word += 1) {
      let end = at
      while (end < folded.length && folded.charCodeAt(end) !== SPACE) end += 1
      n = cutWord(folded, at, end, n)
      at = end + 1
    }
    return n
  }
}

interface Tree {
  root(): number
  add(root: number, text: string, row: number): void
  /** The node behind a letter; -1 when there is none. */
  child(node: number, letter: number): number
  /** The piece that ends at a node. */
  rowAt(node: number): number
}

/** Numbers of an edge in the table: its node, its letter, and the node behind it; 16 bytes with the fourth, left empty. */
const EDGE = 4

/** A tree of at most `size` nodes, whose edges lie in a hash table with open addressing. */
function createTree(size: number): Tree {
  const mask = 2 ** Math.ceil(Math.log2(2 * size)) - 1
  const edges = new Int32Array((mask + 1) * EDGE).fill(-1)
  const rows = new Uint16Array(size).fill(NONE)
  let nNodes = 0
  /** Where the edge is in the table, or would be. */
  const placeOf = (node: number, letter: number): number => {
    let slot = (Math.imul(node, 0x9e3779b1) ^ Math.imul(letter, 0x85ebca6b)) >>> 7
    for (;;) {
      const at = (slot & mask) * EDGE
      if (edges[at] === -1 || (edges[at] === node && edges[at + 1] === letter)) return at
      slot += 1
    }
  }
  const root = (): number => nNodes++
  return {
    root,
    add(from, text, row) {
      let node = from
      for (let i = 0; i < text.length; i += 1) {
        const letter = text.charCodeAt(i)
        const at = placeOf(node, letter)
        if (edges[at] === -1) edges.set([node, letter, root()], at)
        node = edges[at + 2]!
      }
      rows[node] = row
    },
    child: (node, letter) => edges[placeOf(node, letter) + 2]!,
    rowAt: (node) => rows[node]!,
  }
}
