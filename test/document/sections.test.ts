import assert from 'node:assert/strict'
import type { SectionKind } from '../../src/core/index.ts'
import { parseManuscript } from '../../src/document/index.ts'

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
      const [passage] = parseManuscript({ file: 'a.md', text: `# ${heading}\n` }).passages
      assert.equal(passage?.section.kind, kind)
    })
  }

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
