import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
  existsSync,
  cpSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const root = join(import.meta.dirname, '..', '..')
const cache = mkdtempSync(join(tmpdir(), 'conceptlens-cache-'))
after(() => rmSync(cache, { recursive: true, force: true }))

interface Outcome {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built command line as a user's shell would. */
function conceptlens(args: readonly string[], input?: string): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'dist', 'cli.cjs'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, XDG_CACHE_HOME: cache, LOCALAPPDATA: cache },
    maxBuffer: 1 << 28,
    ...(input === undefined ? {} : { input }),
  })
  return { status, stdout, stderr }
}

const table = `id,name,kind,type,source,alt_ids
LAB:1,asthma,preferred,T047,LAB,MESH:D001249|OLD:7
LAB:1,bronchial asthma,synonym,T047,LAB,
LAB:2,metformin,preferred,T121,LAB,
LAB:3,tumor necrosis factor alpha,preferred,T116,LAB,
`

describe('the command line', () => {
  let folder: string
  let kb: string

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'conceptlens-cli-'))
    kb = join(folder, 'kb')
    writeFileSync(join(folder, 'lab.csv'), table)
    const imported = conceptlens(['kb', 'import', join(folder, 'lab.csv'), '--out', kb, '--no-observed'])
    assert.equal(imported.status, 0, imported.stderr)
    assert.match(imported.stderr, /3 concepts, 4 names/)
  })

  after(() => rmSync(folder, { recursive: true, force: true }))

  function manuscript(name: string, text: string | Uint8Array): string {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }

  const link = (...args: string[]) => conceptlens(['link', ...args, '--kb', kb, '--no-model'])

  describe('kb', () => {
    it('tells what a knowledge base holds, and verifies it', () => {
      const { status, stdout } = conceptlens(['kb', 'info', kb, '--json', '--verify'])
      assert.equal(status, 0)
      assert.equal((JSON.parse(stdout) as { nConcepts: number }).nConcepts, 3)
    })

    it('adds what annotators called a concept, by its ids', () => {
      const out = join(folder, 'observed')
      const imported = conceptlens(['kb', 'import', join(folder, 'lab.csv'), '--out', out])
      assert.equal(imported.status, 0, imported.stderr)
      const nNames = /3 concepts, (\d+) names/.exec(imported.stderr)?.[1]
      assert.ok(Number(nNames) > 4, imported.stderr)
      const { stdout } = conceptlens(['kb', 'show', out, 'LAB:1', '--json'])
      const { names } = JSON.parse(stdout) as { names: { text: string; source: string; count: number }[] }
      const found = names.find(({ text }) => text === 'asthmatic')
      assert.equal(found?.source, 'MedMentions')
      assert.ok((names.find(({ text }) => text === 'asthma')?.count ?? 0) > 10)
    })

    it('finds a concept by a retired id', () => {
      const { stdout } = conceptlens(['kb', 'show', kb, 'OLD:7'])
      assert.match(stdout, /^LAB:1 {2}asthma/)
    })

    it('searches names', () => {
      const { stdout } = conceptlens(['kb', 'search', kb, 'metformine', '--json'])
      assert.equal((JSON.parse(stdout.split('\n')[0] ?? '') as { id: string }).id, 'LAB:2')
    })

    it('answers JSON lines with candidates', () => {
      const { stdout } = conceptlens(
        ['kb', 'candidates', kb],
        '{"id": 1, "text": "Asthma"}\n{"id": 2, "text": "qqq"}\n',
      )
      const answers = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { id: number; candidates: { id: string }[] })
      assert.deepEqual(
        answers.map(({ id, candidates }) => [id, candidates[0]?.id]),
        [
          [1, 'LAB:1'],
          [2, undefined],
        ],
      )
    })

    it('says what is wrong with an unknown id, an unknown folder, a source of no known kind', () => {
      assert.match(conceptlens(['kb', 'show', kb, 'LAB:99']).stderr, /LAB:99 is not in/)
      const missing = conceptlens(['kb', 'info', join(folder, 'nowhere')])
      assert.equal(missing.status, 1)
      assert.match(missing.stderr, /nowhere/)
      const unknown = conceptlens([
        'kb',
        'import',
        manuscript('x.bin', new Uint8Array([0, 1, 2])),
        '--out',
        join(folder, 'y'),
      ])
      assert.equal(unknown.status, 1)
      assert.equal(existsSync(join(folder, 'y')), false)
    })
  })

  describe('link', () => {
    it('prints a table with lines', () => {
      const { status, stdout } = link(
        manuscript('a.md', '# Note\n\nAsthma and TNF-$\\alpha$; metformin for *asthma*.\n'),
      )
      assert.equal(status, 0)
      assert.match(stdout, /LAB:1 .*asthma.*3/i)
      assert.match(stdout, /LAB:2 .*metformin/)
    })

    it('writes one file per input with --out FOLDER, each whole', () => {
      const out = join(folder, 'out')
      const { status } = link(
        manuscript('b.md', 'asthma\n'),
        manuscript('b.tex', '\\begin{document}metformin\\end{document}'),
        '--format',
        'bioc-xml',
        '--out',
        out,
      )
      assert.equal(status, 0)
      assert.deepEqual(readdirSync(out).sort(), ['b.md.bioc.xml', 'b.tex.bioc.xml', 'bioc.key'])
      assert.match(
        readFileSync(join(out, 'b.tex.bioc.xml'), 'utf8'),
        /<infon key="identifier">LAB:2<\/infon>/,
      )
    })

    for (const format of ['bioc-xml', 'bioc-json', 'pubtator', 'jsonl', 'csv', 'html', 'text']) {
      it(`writes ${format}`, () => {
        const { status, stdout } = link(manuscript('c.md', 'We studied asthma.\n'), '--format', format)
        assert.equal(status, 0)
        assert.match(stdout, /LAB:1/)
      })
    }

    it('takes the mentions that an annotated file marks', () => {
      const file = manuscript(
        'd.pubtator',
        '7|t|About asthma here\n7|a|Nothing.\n7\t6\t12\tasthma\tDisease\tD001249\n\n',
      )
      const { status, stdout } = link(file, '--mentions', 'given', '--format', 'pubtator')
      assert.equal(status, 0)
      assert.match(stdout, /7\t6\t12\tasthma\t\S+\tLAB:1/)
    })

    it('knows an annotated file by its content, gzipped or not, whatever its name', () => {
      const pubtator = '7|t|About asthma here\n7|a|Nothing.\n7\t6\t12\tasthma\tDisease\tD001249\n\n'
      const packed = manuscript('corpus.dat.gz', gzipSync(pubtator))
      assert.match(link(packed, '--mentions', 'given', '--format', 'jsonl').stdout, /LAB:1/)
      const measured = conceptlens([
        'evaluate',
        packed,
        '--task',
        'disambiguation',
        '--json',
        '--kb',
        kb,
        '--no-model',
      ])
      assert.equal((JSON.parse(measured.stdout) as { accuracyAt1: number }).accuracyAt1, 1, measured.stderr)
    })

    it('looks short forms up as they stand when asked to', () => {
      const text = 'tumor necrosis factor alpha (TNFA) and TNFA again'
      const at = text.lastIndexOf('TNFA')
      const mark = `7\t${at}\t${at + 4}\tTNFA\tGene\tOLD:9`
      const file = manuscript('short.pubtator', `7|t|${text}\n7|a|Nothing.\n${mark}\n\n`)
      const given = ['--mentions', 'given', '--format', 'jsonl']
      assert.match(link(file, ...given).stdout, /LAB:3/)
      assert.doesNotMatch(link(file, ...given, '--no-abbreviations').stdout, /LAB:3/)
    })

    it('finds names of extra vocabularies, and ends with an error when one cannot be used', () => {
      const file = manuscript('extra.md', 'The wheezy line has asthma.\n')
      const extra = join(folder, 'extra.csv')
      writeFileSync(extra, 'id,name,type\nOWN:1,wheezy line,T047\nLAB:1,wheeze,T047\n')
      const args = ['link', file, '--kb', kb, '--no-model', '--format', 'jsonl', '--min-probability', '0']
      const ids = (more: readonly string[]): string[] => {
        const { status, stdout, stderr } = conceptlens([...args, ...more])
        assert.equal(status, 0, stderr)
        return [...stdout.matchAll(/(?:OWN|LAB):\d/g)].map(([id]) => id)
      }
      assert.ok(!ids([]).includes('OWN:1'))
      const together = ids(['--extra-kb', extra])
      assert.ok(together.includes('OWN:1') && together.includes('LAB:1'))
      const failed = conceptlens([...args, '--extra-kb', extra, '--extra-kb', join(folder, 'gone.csv')])
      assert.equal(failed.status, 1)
      assert.match(failed.stderr, /The extra vocabulary .*gone\.csv cannot be used: .*does not exist/)
    })

    it('goes on after a file that cannot be read, and says so in its status', () => {
      const { status, stdout, stderr } = link(join(folder, 'missing.md'), manuscript('e.md', 'asthma\n'))
      assert.equal(status, 1)
      assert.match(stderr, /missing\.md cannot be read/)
      assert.match(stdout, /LAB:1/)
    })

    it('refuses wrong usage with status 2 and the allowed values', () => {
      const wrong = link(manuscript('f.md', 'asthma'), '--format', 'docx')
      assert.equal(wrong.status, 2)
      assert.match(wrong.stderr, /bioc-xml/)
      assert.equal(link().status, 2)
      assert.equal(link(manuscript('f.md', 'asthma'), '--min-probability', '2').status, 2)
      assert.equal(link(manuscript('f.md', 'asthma'), '--mentions', 'given').status, 2)
    })

    it('leaves what stood there when an output cannot be written', () => {
      const file = manuscript('g.md', 'asthma')
      const { status, stderr } = link(file, '--format', 'csv', '--out', join(file, 'below.csv'))
      assert.equal(status, 1)
      assert.match(stderr, /was not written/)
      assert.equal(readFileSync(file, 'utf8'), 'asthma')
    })
  })

  describe('a full disk', () => {
    /** A limit on the size of files is a full disk that needs no rights: writing fails in the middle of a file. */
    const linkWithin = (blocks: number, ...args: string[]): Outcome => {
      const program = [process.execPath, join(root, 'dist', 'cli.cjs'), 'link', ...args]
      const limited = ['-c', 'ulimit -f "$0" && exec "$@"', `${blocks}`, ...program]
      const { status, stdout, stderr } = spawnSync('sh', [...limited, '--kb', kb, '--no-model'], {
        encoding: 'utf8',
      })
      return { status, stdout, stderr }
    }
    const long = 'Asthma was treated with metformin.\n\n'.repeat(400)

    for (const format of ['bioc-xml', 'html', 'csv']) {
      it(`during ${format}: says so, keeps the old file, leaves nothing half-written`, () => {
        const out = join(folder, `full-${format}`)
        mkdirSync(out)
        writeFileSync(join(out, 'result'), 'old')
        writeFileSync(join(out, 'bioc.key'), 'old key')
        const target = join(out, 'result.out')
        writeFileSync(target, 'old')
        const { status, stderr } = linkWithin(
          8,
          manuscript('full.md', long),
          '--format',
          format,
          '--out',
          target,
        )
        assert.equal(status, 1, stderr)
        assert.match(stderr, /result\.out was not written: .+ unchanged; free some space/)
        assert.doesNotMatch(stderr, /\n\s+at /, 'no stack trace')
        assert.deepEqual(readdirSync(out).sort(), ['bioc.key', 'result', 'result.out'])
        assert.equal(readFileSync(target, 'utf8'), 'old')
        assert.equal(readFileSync(join(out, 'bioc.key'), 'utf8'), 'old key')
      })
    }

    it('after the main file, at the key file: neither is replaced', () => {
      const out = join(folder, 'full-key')
      mkdirSync(join(out, 'bioc.key'), { recursive: true }) // no file can take the place of a folder
      const target = join(out, 'a.xml')
      writeFileSync(target, 'old')
      const { status, stderr } = link(manuscript('a2.md', 'asthma'), '--format', 'bioc-xml', '--out', target)
      assert.equal(status, 1)
      assert.match(stderr, /bioc\.key was not written/)
      assert.equal(readFileSync(target, 'utf8'), 'old')
      assert.deepEqual(readdirSync(out).sort(), ['a.xml', 'bioc.key'])
    })

    it('goes on with the next file', () => {
      const out = join(folder, 'full-both')
      const files = [manuscript('long.md', long), manuscript('short.md', 'asthma\n')]
      const { status, stderr } = linkWithin(8, ...files, '--format', 'csv', '--out', out)
      assert.equal(status, 1)
      assert.match(stderr, /long\.md\.concepts\.csv was not written/)
      assert.deepEqual(readdirSync(out), ['short.md.concepts.csv'])
    })

    it('behind stdout: says so', () => {
      const file = join(folder, 'stdout.jsonl')
      const command = `ulimit -f 8 && "$0" "$@" > "${file}"`
      const program = [join(root, 'dist', 'cli.cjs'), 'link', manuscript('full.md', long), '--kb', kb]
      const args = ['-c', command, process.execPath, ...program, '--no-model', '--format', 'jsonl']
      const { status, stderr } = spawnSync('sh', args, { encoding: 'utf8' })
      assert.equal(status, 1)
      assert.match(stderr, /stdout was not written to its end: /)
      assert.doesNotMatch(stderr, /\n\s+at /, 'no stack trace')
    })

    it('during an import: keeps the old knowledge base', () => {
      const out = join(folder, 'full-kb')
      cpSync(kb, out, { recursive: true })
      const rows = Array.from({ length: 2000 }, (_, i) => `LAB:${i},name number ${i},preferred,T047,LAB,\n`)
      const source = manuscript('large.csv', `id,name,kind,type,source,alt_ids\n${rows.join('')}`)
      const command = [join(root, 'dist', 'cli.cjs'), 'kb', 'import', source, '--out', out]
      const args = ['-c', 'ulimit -f 16 && exec "$0" "$@"', process.execPath, ...command]
      const { status, stderr } = spawnSync('sh', args, { encoding: 'utf8' })
      assert.equal(status, 1)
      assert.match(stderr, /full-kb cannot be written: .+ untouched/)
      assert.equal(conceptlens(['kb', 'info', out, '--verify']).status, 0)
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.startsWith('.')),
        [],
      )
    })
  })

  describe('bad input', () => {
    const cases: readonly (readonly [string, string, string | Uint8Array])[] = [
      ['an empty file', 'empty.md', ''],
      ['binary bytes', 'binary.md', Uint8Array.from({ length: 4096 }, (_, i) => (i * 73) % 256)],
      [
        'unclosed math and environments',
        'open.tex',
        '\\begin{document}\\begin{figure}$x \\begin{abstract} asthma',
      ],
      ['a missing \\input', 'missing-input.tex', '\\begin{document}asthma \\input{nowhere}\\end{document}'],
      ['an \\input of itself', 'cycle.tex', '\\begin{document}asthma \\input{cycle}\\end{document}'],
      ['lone surrogates and NULs', 'odd.md', 'asthma \u0000 \ud800 asthma'],
    ]
    for (const [what, name, content] of cases) {
      it(`${what}: links what there is`, () => {
        const { status, stderr } = link(manuscript(name, content), '--format', 'bioc-xml')
        assert.equal(status, 0, stderr)
      })
    }

    it('a 5 MB file', () => {
      const paragraph = 'Patients with asthma were given metformin against inflammation of the airways.\n\n'
      const { status, stdout } = link(
        manuscript('large.md', paragraph.repeat(5_000_000 / paragraph.length)),
        '--format',
        'jsonl',
      )
      assert.equal(status, 0)
      assert.ok(stdout.split('\n').length > 100_000)
    }).timeout(120_000)

    it('names the missing file and the cycle', () => {
      assert.match(link(join(folder, 'missing-input.tex')).stderr, /nowhere/)
      assert.match(link(join(folder, 'cycle.tex')).stderr, /includes itself/)
    })

    it('a damaged knowledge base: says which file, what to do', () => {
      const damaged = join(folder, 'damaged')
      cpSync(kb, damaged, { recursive: true })
      const names = join(damaged, 'names.bin')
      writeFileSync(names, readFileSync(names).subarray(0, 10))
      const { status, stderr } = conceptlens([
        'link',
        manuscript('h.md', 'asthma'),
        '--kb',
        damaged,
        '--no-model',
      ])
      assert.equal(status, 1)
      assert.match(stderr, /names\.bin/)
      assert.doesNotMatch(stderr, /\n\s+at /, 'no stack trace')
    })

    it('a damaged model: says which file, and that names alone still work', () => {
      const model = join(folder, 'model')
      mkdirSync(model)
      cpSync(join(root, 'test/fixtures/tiny-linker'), model, { recursive: true })
      writeFileSync(join(model, 'encoder.onnx'), 'not a model')
      const { status, stderr } = conceptlens([
        'link',
        manuscript('i.md', 'asthma'),
        '--kb',
        kb,
        '--model',
        model,
      ])
      assert.equal(status, 1)
      assert.match(stderr, /encoder\.onnx/)
      assert.match(stderr, /--no-model/)
    })
  })
})
