import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'mocha'
import type { Manuscript } from '../../src/core/index.ts'
import { parseManuscript } from '../../src/document/index.ts'
import {
  addDecision,
  anchorOf,
  isFileOf,
  placeDecisions,
  readDecisions,
  removeDecision,
  writeDecisions,
} from '../../src/linking/index.ts'
import type { Decision } from '../../src/linking/index.ts'

const base: Decision = {
  file: 'paper.md',
  scope: 'here',
  action: 'link',
  anchor: { exact: 'cold', prefix: 'caught a ', suffix: ' last week' },
  id: 'UMLS:C0009443',
  name: 'Common Cold',
  created: '2026-01-31T12:00:00.000Z',
}

const none = (more: Partial<Decision>): Decision => {
  const { file, scope, anchor, created } = { ...base, ...more }
  return { file, scope, anchor, created, action: 'none' }
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const header = {
  file: fc.constantFrom('a.md', 'b/ü.tex'),
  scope: fc.constantFrom('here' as const, 'document' as const, 'project' as const),
  anchor: fc.record({ exact: text.filter((s) => s !== ''), prefix: text, suffix: text }),
  created: fc.integer({ min: 0, max: 5 }).map((day) => `2026-01-0${String(day + 1)}T00:00:00.000Z`),
}
const decision: fc.Arbitrary<Decision> = fc.oneof(
  fc.record({
    ...header,
    action: fc.constant('link' as const),
    id: fc.constantFrom('T:1', 'T:2'),
    name: text,
  }),
  fc.record({ ...header, action: fc.constant('none' as const) }),
)

describe('decisions.jsonl', () => {
  it('reads what it writes, in one sorted form', () => {
    const damaged = fc.array(fc.constantFrom('{', '<<<<<<< HEAD', '{"file":"a"}', 'x'), { maxLength: 2 })
    fc.assert(
      fc.property(fc.array(decision, { maxLength: 8 }), damaged, (decisions, lines) => {
        const first = readDecisions(writeDecisions({ decisions, damaged: lines }))
        const text = writeDecisions(first.value)
        assert.deepEqual(readDecisions(text).value, first.value)
        assert.equal(writeDecisions(readDecisions(text).value), text)
        assert.deepEqual(first.value.damaged, lines)
        assert.equal(first.problems.length, lines.length)
        for (const one of first.value.decisions)
          assert.ok(decisions.some((d) => JSON.stringify(d.anchor) === JSON.stringify(one.anchor)))
      }),
      { seed: 3, numRuns: 200 },
    )
  })

  it('gives the same answer for every order of lines, as a union merge of git may leave them', () => {
    fc.assert(
      fc.property(fc.array(decision, { maxLength: 6 }), fc.infiniteStream(fc.nat()), (decisions, keys) => {
        const lines = writeDecisions({ decisions, damaged: [] }).split('\n').filter(Boolean)
        const shuffled = lines
          .map((line) => ({ line, key: Number(keys.next().value) }))
          .sort((a, b) => a.key - b.key)
          .map(({ line }) => line)
        const twice = [...shuffled, ...lines].join('\r\n')
        assert.deepEqual(readDecisions(twice).value, readDecisions(lines.join('\n')).value)
      }),
      { seed: 4, numRuns: 100 },
    )
  })

  it('lets the latest of contradicting decisions hold', () => {
    const later = none({ created: '2026-02-01T12:00:00.000Z' })
    const { value } = readDecisions(writeDecisions({ decisions: [later, base], damaged: [] }))
    assert.deepEqual(value.decisions, [later])
    assert.deepEqual(addDecision({ decisions: [base], damaged: ['x'] }, later), {
      decisions: [later],
      damaged: ['x'],
    })
    assert.deepEqual(removeDecision(value, later).decisions, [])
  })

  it('says line and reason of what it cannot read, and keeps it', () => {
    const text = `\uFEFF${writeDecisions({ decisions: [base], damaged: [] })}\n{"file":\n=======\n{"file":"a","scope":"everywhere"}\n`
    const { value, problems } = readDecisions(text)
    assert.equal(value.decisions.length, 1)
    assert.deepEqual(
      problems.map(({ code, line }) => [code, line]),
      [
        ['decision-damaged', 3],
        ['decision-damaged', 4],
        ['decision-damaged', 5],
      ],
    )
    assert.match(problems[0]?.message ?? '', /JSON/)
    assert.match(problems[1]?.message ?? '', /conflict/)
    assert.match(problems[2]?.message ?? '', /action/)
    const written = writeDecisions(value)
    for (const line of ['{"file":', '=======', '{"file":"a","scope":"everywhere"}'])
      assert.ok(written.includes(`${line}\n`))
    assert.deepEqual(readDecisions(''), { value: { decisions: [], damaged: [] }, problems: [] })
  })
})

const manuscriptOf = (source: string, file = 'file:///home/me/paper.md'): Manuscript =>
  parseManuscript({ file, text: source })

/** The words where decisions hold, as `passage:text@start`. */
function placed(source: string, ...decisions: Decision[]): string[] {
  const manuscript = manuscriptOf(source)
  return placeDecisions(manuscript, decisions).passages.flatMap((placements, i) =>
    placements.map(({ span }) => {
      const surface = manuscript.passages[i]?.text.slice(span.start, span.end) ?? ''
      return `${String(i)}:${surface}@${String(span.start)}`
    }),
  )
}

describe('placeDecisions', () => {
  const source = 'All was cold. She caught a cold last week.\n\nThe cold water was Cold, a COLD and colder.\n'

  it('finds its place again after edits', () => {
    assert.deepEqual(placed(source, base), ['0:cold@27'])
    assert.deepEqual(placed(`# New\n\n${source}`, base), ['1:cold@27'])
    assert.deepEqual(placed('All was cold. He had caught a cold last May.', base), ['0:cold@30'])
    assert.deepEqual(placed('All was cold. She caught a bad cold last week.', base), ['0:cold@31'])
  })

  it('reports a place that is gone, and keeps away from others', () => {
    const { unanchored, problems, passages } = placeDecisions(manuscriptOf('The cold water was cold.'), [
      base,
    ])
    assert.deepEqual(unanchored, [base])
    assert.equal(problems[0]?.code, 'decision-unanchored')
    assert.deepEqual(passages, [[]])
    const elsewhere: Decision = { ...base, file: 'other.md' }
    assert.deepEqual(placeDecisions(manuscriptOf(source), [elsewhere]).unanchored, [])
  })

  it('finds the same words in the document', () => {
    const document: Decision = { ...base, scope: 'document' }
    assert.deepEqual(placed(source, document), ['0:cold@8', '0:cold@27', '1:cold@4', '1:Cold@19'])
    assert.deepEqual(placed(source, { ...document, file: 'other.md' }), [])
    assert.deepEqual(placed(source, { ...document, scope: 'project', file: 'other.md' }).length, 4)
  })

  it('minds case in symbols, and regular expressions', () => {
    const symbol = (exact: string): Decision => ({
      ...base,
      scope: 'project',
      anchor: { ...base.anchor, exact },
    })
    assert.deepEqual(placed('CAT cat Cat CATs', symbol('CAT')), ['0:CAT@0'])
    assert.deepEqual(placed('a (IL-2R) or IL-2R/CD25 a.b', symbol('IL-2R')), ['0:IL-2R@3', '0:IL-2R@13'])
    assert.deepEqual(placed('a (b) [c', symbol('(b)')), ['0:(b)@2'])
  })

  it('lets the narrower and then the later decision hold', () => {
    const manuscript = manuscriptOf(source)
    const wide = none({ scope: 'project', created: '2027-01-01T00:00:00.000Z' })
    const { passages } = placeDecisions(manuscript, [wide, base])
    assert.deepEqual(
      passages[0]?.map(({ decision: { scope } }) => scope),
      ['project', 'here'],
    )
  })

  it('anchors every span of a text at that span', () => {
    const words = fc.array(fc.constantFrom('cold', 'a', 'was', '😀', 'é', 'hot'), {
      minLength: 1,
      maxLength: 25,
    })
    fc.assert(
      fc.property(words, fc.nat(), fc.nat(), (list, a, b) => {
        const [passage] = manuscriptOf(`x ${list.join(' ')} y`).passages
        assert.ok(passage)
        const start = a % passage.text.length
        const span = { start, end: start + 1 + (b % (passage.text.length - start)) }
        const anchor = anchorOf(passage.text, span)
        assert.equal(anchor.exact, passage.text.slice(span.start, span.end))
        const manuscript = manuscriptOf(`x ${list.join(' ')} y`)
        const [found] = placeDecisions(manuscript, [{ ...base, anchor }]).passages[0] ?? []
        assert.ok(found)
        assert.deepEqual(anchorOf(passage.text, found.span), anchor)
      }),
      { seed: 5, numRuns: 200 },
    )
  })

  it('knows a file by its path', () => {
    assert.ok(isFileOf('file:///home/me/my%20paper.md', 'my paper.md'))
    assert.ok(isFileOf('C:\\work\\sub\\a.tex', 'sub/a.tex'))
    assert.ok(isFileOf('100%.md', '100%.md'))
    assert.ok(!isFileOf('/x/ba.tex', 'a.tex'))
  })
})
