import assert from 'node:assert/strict'
import type { SectionKind } from '../../src/core/index.ts'
import { createManuscriptParser, parseManuscript } from '../../src/document/index.ts'

describe('sections', () => {
  const headings: readonly [heading: string, kind: SectionKind][] = [
    ['Abstract', 'abstract'],
    ['1. Introduction', 'introduction'],
    ['Background', 'introduction'],
    ['2.1 Statistical analysis', 'methods'],
    ['MATERIALS AND METHODS', 'methods'],
    ['Materials & methods:', 'methods'],
    ['Patients and methods', 'methods'],
    ['STAR★Methods', 'methods'],
    ['III. Results and Discussion', 'results'],
    ['Discussion', 'discussion'],
    ['Conclusions and outlook', 'conclusion'],
    ['Acknowledgments', 'acknowledgements'],
    ['Funding', 'acknowledgements'],
    ['References', 'references'],
    ['Supplementary information', 'supplement'],
    ['Appendix A', 'supplement'],
    ['Methods for people', 'other'],
    ['Deep learning', 'other'],
  ]
  for (const [heading, kind] of headings) {
    it(`reads “${heading}” as ${kind}`, () => {
      const [, passage] = parseManuscript({ file: 'a.md', text: `# A study\n\n## ${heading}\n` }).passages
      assert.equal(passage?.section.kind, kind)
    })
  }

  const titles: readonly [what: string, text: string, kinds: string][] = [
    ['a lone heading', '# Metformin and AMPK\n\nText.', 'title/title paragraph/other'],
    ['an underlined one', 'Metformin\nand AMPK\n===\n\nText.', 'title/title paragraph/other'],
    ['one behind a comment', '<!-- v2 -->\n\n# Metformin\n', 'title/title'],
    [
      'headings of lower rank behind it',
      '# Metformin\n\nBy us.\n\n## Methods\n\n### Mice\n\n## Cells\n',
      'title/title paragraph/other heading/methods heading/methods heading/other',
    ],
    [
      'sections of its own rank',
      '# Metformin\n\n# Introduction\n\n# Cells\n',
      'title/title heading/introduction heading/other',
    ],
    ['a section', '# Introduction\n\nText.\n', 'heading/introduction paragraph/introduction'],
    ['sections', '# Abstract\n\n# Methods\n', 'heading/abstract heading/methods'],
    ['chapters', '# Mice\n\n# Cells\n', 'heading/other heading/other'],
    ['a heading below text', 'Text.\n\n# Metformin\n', 'paragraph/other heading/other'],
    ['a heading of rank 2', '## Metformin\n', 'heading/other'],
    ['a title above', '---\ntitle: On mice\n---\n\n# Metformin\n', 'title/title heading/other'],
    ['an abstract above', '---\nabstract: On mice\n---\n\n# Metformin\n', 'paragraph/abstract title/title'],
  ]
  for (const [what, text, kinds] of titles) {
    it(`finds the title, or none: ${what}`, () => {
      const { passages } = parseManuscript({ file: 'a.md', text })
      assert.equal(passages.map((p) => `${p.kind}/${p.section.kind}`).join(' '), kinds)
    })
  }

  it('knows a title anew after an edit', () => {
    const parser = createManuscriptParser()
    const kinds = (text: string) => parser.parse({ file: 'a.md', text }).passages.map((p) => p.kind)
    assert.deepEqual(kinds('# Mice\n'), ['title'])
    assert.deepEqual(kinds('# Mice\n\n# Cells\n'), ['heading', 'heading'])
    assert.deepEqual(kinds('# Mice\n'), ['title'])
  })

  it('lets a subsection belong to its section', () => {
    const { passages } = parseManuscript({
      file: 'a.tex',
      text: '\\section{Methods}\n\\subsection{Mice}\nText.\n\\section{Mice}\nMore.',
    })
    assert.deepEqual(
      passages.map((p) => [p.kind, p.section.kind, p.section.title, p.section.level]),
      [
        ['heading', 'methods', 'Methods', 1],
        ['heading', 'methods', 'Mice', 2],
        ['paragraph', 'methods', 'Mice', 2],
        ['heading', 'other', 'Mice', 1],
        ['paragraph', 'other', 'Mice', 1],
      ],
    )
  })
})
