import assert from 'node:assert/strict'
import { readAnnotated } from '../../src/formats/index.ts'

describe('readAnnotated', () => {
  const files: readonly (readonly [string, string])[] = [
    ['PubTator', '7|t|Asthma\n7|a|Here.\n'],
    ['PubTator behind a blank line', '\n7|t|Asthma\n'],
    ['BioC XML', '<?xml version="1.0"?>\n<collection><document><id>7</id></document></collection>'],
    ['BioC XML without a declaration', '<collection><document><id>7</id></document></collection>'],
    [
      'BioC XML behind a comment',
      '<!-- made by hand -->\n<collection><document><id>7</id></document></collection>',
    ],
    ['a BioC JSON collection', '{"documents": [{"id": "7", "passages": []}]}'],
    ['a list of BioC JSON documents', '[\n  {"id": "7", "passages": []}]'],
    ['BioC JSON lines', '{"id": "7", "passages": []}\n'],
  ]
  for (const [what, text] of files) {
    it(`knows ${what}, with and without a byte order mark`, () => {
      for (const content of [text, `\uFEFF${text}`]) {
        const { value, problems } = readAnnotated(content) ?? assert.fail('of no known kind')
        assert.deepEqual(
          value.documents.map(({ id }) => id),
          ['7'],
        )
        assert.deepEqual(problems, [])
      }
    })
  }

  it('leaves manuscripts alone', () => {
    const manuscripts = [
      '',
      'Asthma is common.\n',
      '<!-- draft -->\n# Asthma\n',
      '<div>Asthma</div>',
      '<!DOCTYPE html><title>Asthma</title>',
      '[@key] showed that asthma …',
      '{.unnumbered}',
      '| a | t |\n|---|---|\n| b | c |\n',
      'Where |t| is small',
      '\\documentclass{article}',
    ]
    for (const text of manuscripts) assert.equal(readAnnotated(text), undefined, text)
  })

  it('gives what there is of a damaged file, with problems', () => {
    const read = readAnnotated('<collection><document><id>7</id>')
    assert.equal(read?.value.documents.length, 1)
    assert.ok(read.problems.length > 0)
  })
})
