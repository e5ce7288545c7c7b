import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createManuscriptParser, parseManuscript } from '../../src/document/index.ts'
import { findFault, listManuscript } from '../support/listing.ts'

const folder = new URL('./fixtures/', import.meta.url)

// A new case is two files. UPDATE_FIXTURES=1 writes the listings as they are now; read the difference before committing.
describe('fixtures of the document folder', () => {
  for (const input of readdirSync(folder).filter((n) => n.endsWith('.in'))) {
    const text = readFileSync(new URL(input, folder), 'utf8')
    const name = input.slice(0, -'.in'.length)

    it(`reads ${name}`, () => {
      const manuscript = parseManuscript({ file: name, text })
      const expected = new URL(`${name}.expected.txt`, folder)
      if (process.env['UPDATE_FIXTURES'] === '1') writeFileSync(expected, listManuscript(manuscript))
      assert.equal(listManuscript(manuscript), readFileSync(expected, 'utf8'))
      for (const passage of manuscript.passages) assert.equal(findFault(passage, text), undefined)
    })

    it(`reads ${name} the same with CRLF and a BOM`, () => {
      const plain = parseManuscript({ file: name, text })
      const windows = `\uFEFF${text.replaceAll('\n', '\r\n')}`
      const parsed = parseManuscript({ file: name, text: windows })
      assert.deepEqual(
        parsed.passages.map((p) => p.text),
        plain.passages.map((p) => p.text),
      )
      for (const passage of parsed.passages) assert.equal(findFault(passage, windows), undefined)
    })

    it(`reads every beginning of ${name} as one types it`, () => {
      const parser = createManuscriptParser()
      for (let end = 0; end <= text.length; end += 23) {
        const typed = text.slice(0, end)
        const manuscript = parser.parse({ file: name, text: typed })
        for (const passage of manuscript.passages) assert.equal(findFault(passage, typed), undefined)
        if (end % 115 === 0) assert.deepEqual(manuscript, parseManuscript({ file: name, text: typed }))
      }
    })
  }
})
