import assert from 'node:assert/strict'
import { parseManuscript, parseProject } from '../../src/document/index.ts'

/** Parses a project given as path → text, from `main`; the reader records what was asked for. */
function parse(files: Readonly<Record<string, string>>, main: string) {
  const asked: string[] = []
  const manuscript = parseProject({ file: main, text: files[main] ?? '' }, (path) => {
    asked.push(path)
    return files[path]
  })
  const lines = manuscript.passages.map((p) => `${p.file}: ${p.text}`)
  return {
    lines,
    codes: manuscript.problems.map((p) => `${p.code} ${p.file ?? ''}`),
    asked,
    passages: manuscript.passages,
  }
}

describe('parseProject', () => {
  it('reads included files where they stand, each with its own offsets', () => {
    const { lines, passages } = parse(
      {
        'p/main.tex': 'Before.\n\\input{parts/a}\nAfter.',
        'p/parts/a.tex': '\\section{Methods}Inside.\\input{parts/b.tex}',
        'p/parts/b.tex': 'Deep.',
      },
      'p/main.tex',
    )
    assert.deepEqual(lines, [
      'p/main.tex: Before.',
      'p/parts/a.tex: Methods',
      'p/parts/a.tex: Inside.',
      'p/parts/b.tex: Deep.',
      'p/main.tex: After.',
    ])
    assert.equal(passages.at(-1)?.section.kind, 'methods')
    assert.deepEqual(passages[2]?.source, { start: 17, end: 24 })
  })

  it('resolves dots, URIs and paths beside the including file', () => {
    assert.deepEqual(parse({ '/a/b/m.tex': '\\input{../c.tex}', '/a/c.tex': 'C.' }, '/a/b/m.tex').lines, [
      '/a/c.tex: C.',
    ])
    assert.deepEqual(
      parse({ 'file:///a/m.tex': '\\include{./x y}', 'file:///a/x%20y.tex': 'X.' }, 'file:///a/m.tex').lines,
      ['file:///a/x%20y.tex: X.'],
    )
    assert.deepEqual(
      parse({ 'm.tex': '\\input{s/a}', 's/a.tex': '\\input{b}', 's/b.tex': 'B.' }, 'm.tex').lines,
      ['s/b.tex: B.'],
    )
    assert.deepEqual(
      parse({ 'C:\\p\\m.tex': '\\input{s/a}', 'C:\\p\\s\\a.tex': 'A.' }, 'C:\\p\\m.tex').lines,
      ['C:\\p\\s\\a.tex: A.'],
    )
  })

  it('reports a missing file and a cycle, and goes on', () => {
    const { lines, codes } = parse(
      { 'm.tex': '\\input{gone} One. \\input{a} Two.', 'a.tex': '\\input{m}' },
      'm.tex',
    )
    assert.deepEqual(lines, ['m.tex: One.', 'm.tex: Two.'])
    assert.deepEqual(codes, ['latex-missing-file m.tex', 'latex-inclusion-cycle a.tex'])
  })

  it('reads no file that a comment or verbatim text names, or that stands behind the end', () => {
    const text =
      '\\documentclass{x}\\begin{document}% \\input{c}\n\\begin{verbatim}\\input{v}\\end{verbatim}\\end{document}\\input{e}'
    assert.deepEqual(parse({ 'm.tex': text }, 'm.tex').asked, [])
  })

  it('leaves inclusions out without a reader', () => {
    assert.deepEqual(parseManuscript({ file: 'm.tex', text: '\\input{x}Text.' }).problems, [])
  })
})
