import assert from 'node:assert/strict'
import { formatOf, parseManuscript } from '../../src/document/index.ts'
import { findFault } from '../support/listing.ts'

const hostile: Readonly<Record<string, string>> = {
  nothing: '',
  'a BOM': '\uFEFF',
  NULs: '\0'.repeat(1000),
  'binary bytes': Array.from({ length: 20_000 }, (_, i) => String.fromCharCode((i * 7919) % 256)).join(''),
  'lone surrogates': '\ud83d \udc00 a\ud83d',
  'open brackets': '['.repeat(20_000),
  'open braces': '{'.repeat(20_000),
  quotes: '> '.repeat(3000),
  dollars: '$'.repeat(20_001),
  backslashes: '\\'.repeat(20_001),
  'emphasis marks': '*a _b '.repeat(1500),
  'open environments': '\\begin{x}'.repeat(1500),
  'open sections': '\\section{'.repeat(1500),
  'nested macros': '\\textbf{'.repeat(1500),
  'open comments': '<!-- '.repeat(1500),
  blanks: ' '.repeat(100_000),
  'dashes and pipes': '|-'.repeat(20_000),
  'a long word': 'x'.repeat(1_000_000),
  'a long line': 'Asthma is common, and is treated with *salbutamol*. '.repeat(10_000),
  'open notes in a line': '^[ a '.repeat(20_000),
}

describe('broken input', () => {
  for (const [name, text] of Object.entries(hostile)) {
    for (const file of ['a.md', 'a.tex', 'a.txt']) {
      it(`${name} as ${file}`, () => {
        for (const passage of parseManuscript({ file, text }).passages)
          assert.equal(findFault(passage, text), undefined)
      })
    }
  }

  it('says that a file is binary', () => {
    const { problems } = parseManuscript({ file: 'a.md', text: 'a\0b' })
    assert.deepEqual(
      problems.map((p) => p.code),
      ['document-binary'],
    )
  })

  for (const file of ['a.md', 'a.tex', 'a.txt']) {
    it(`a long text as ${file}`, () => {
      const text = 'Asthma, *COPD* and \\textit{CF} are diseases of the airways.\n\n'.repeat(2000)
      assert.ok(parseManuscript({ file, text }).passages.length === 2000)
    })
  }
})

describe('formatOf', () => {
  it('knows endings before language ids', () => {
    assert.equal(formatOf('a/b.Rmd'), 'markdown')
    assert.equal(formatOf('b.QMD'), 'markdown')
    assert.equal(formatOf('file:///x/y.tex'), 'latex')
    assert.equal(formatOf('x.txt', 'markdown'), 'text')
    assert.equal(formatOf('untitled:Untitled-1', 'latex'), 'latex')
    assert.equal(formatOf('x.docx'), undefined)
  })
})
