import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { toJsonSchema } from '@valibot/to-json-schema'
import { describe, it } from 'mocha'
import { fileSchema } from '../../src/pipeline/index.ts'
import { pipelineReference } from './reference.ts'

const SCHEMA = new URL('../../media/pipelines/schema.json', import.meta.url)
const PAGE = new URL('../../media/manual/pipeline.md', import.meta.url)
const hint = 'UPDATE=1 npx mocha --no-package --import=tsx test/pipeline/schema.test.ts makes it anew'

/** The schema for editors, from the table that the program itself reads descriptions with. */
const schemaText = (): string => {
  const { $schema, ...schema } = toJsonSchema(fileSchema, { target: 'draft-07', typeMode: 'input' })
  return `${JSON.stringify({ $schema, title: 'ConceptLens pipeline', ...schema }, null, 2)}\n`
}

describe('the table of descriptions', () => {
  it('gives the JSON Schema that ships', () => {
    if (process.env.UPDATE) writeFileSync(SCHEMA, schemaText())
    assert.equal(readFileSync(SCHEMA, 'utf8'), schemaText(), hint)
  })

  it('gives the reference in the manual', () => {
    const page = readFileSync(PAGE, 'utf8')
    const [before = '', , after = ''] = page.split(/<!-- (?:begin|end) of the reference[^>]*-->\n/)
    const [begin, end] = [
      '<!-- begin of the reference, made from src/pipeline/schema.ts by test/pipeline/schema.test.ts -->\n',
      '<!-- end of the reference -->\n',
    ]
    const expected = `${before}${begin}${pipelineReference()}${end}${after}`
    if (process.env.UPDATE) writeFileSync(PAGE, expected)
    assert.equal(readFileSync(PAGE, 'utf8'), expected, hint)
  })
})
