/**
 * Compares the search for names near in meaning with USearch's graph, on the same vectors and queries, against brute force.
 * `README.md` beside it says how to run it.
 */
import { readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { fold, openKnowledgeBase, openNameVectors } from '../../src/knowledge/index.ts'
import { dotAt } from '../../src/knowledge/vectors/dot.ts'

/** As many as retrieval asks for. */
const LIMIT = 24
const N_WARM = 50

interface Index {
  add(keys: BigUint64Array, vectors: Float32Array, threads: number): void
  search(vector: Float32Array, limit: number, threads: number): { keys: BigUint64Array }
  save(path: string): void
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    queries: { type: 'string' },
    usearch: { type: 'string' },
    quantization: { type: 'string', multiple: true },
  },
})
const [dir] = positionals
if (dir === undefined || values.queries === undefined || values.usearch === undefined)
  throw new Error(
    'Use: npx tsx test/peers/vectors.ts KB --queries FILE --usearch FOLDER [--quantization i8 --quantization f16]',
  )

const vectors = openNameVectors('models/names')
const { encoder } = vectors
const store = openKnowledgeBase(dir, { vectors })
const forms = distinctForms()
const rows = new Float32Array(forms.length * encoder.dims)
forms.forEach((form, i) => rows.set(encoder.encode(form), i * encoder.dims))
const queries = [...new Set(readFileSync(values.queries, 'utf8').trimEnd().split('\n').map(fold))].filter(
  (query) => query !== '' && encoder.encode(query).some((x) => x !== 0),
)
const exact = queries.map(cosinesOf)
process.stdout.write(`${forms.length} distinct names, ${queries.length} queries, ${LIMIT} nearest\n`)
report('ConceptLens', [statSync(join(dir, 'vectors.bin')).size], (query) => [
  ...new Set(store.nearest(query, LIMIT).map(({ name }) => fold(name))),
])
for (const quantization of values.quantization ?? ['i8']) withUSearch(resolve(values.usearch), quantization)

function distinctForms(): string[] {
  const found = new Set<string>()
  for (let concept = 0; concept < store.info.nConcepts; concept += 1)
    for (const { text } of store.concept(concept).names) found.add(fold(text))
  found.delete('')
  return [...found].filter((form) => encoder.encode(form).some((x) => x !== 0))
}

/** The highest cosines of all names with a query. */
function cosinesOf(query: string): Float32Array {
  const vector = encoder.encode(query).slice()
  const all = new Float32Array(forms.length)
  for (let i = 0; i < all.length; i += 1) all[i] = dotAt(vector, rows, i * encoder.dims)
  return all.sort().slice(-LIMIT)
}

function withUSearch(folder: string, quantization: string): void {
  const { Index } = createRequire(import.meta.url)(join(folder, 'node_modules', 'usearch')) as {
    Index: new (options: object) => Index
  }
  const before = process.memoryUsage().rss
  const start = performance.now()
  const index = new Index({ dimensions: encoder.dims, metric: 'ip', quantization })
  index.add(
    BigUint64Array.from(forms, (_, i) => BigInt(i)),
    rows,
    1,
  )
  const seconds = (performance.now() - start) / 1000
  const memory = process.memoryUsage().rss - before
  const path = join(tmpdir(), `${process.pid}.usearch`)
  index.save(path)
  const { size } = statSync(path)
  rmSync(path)
  report(`USearch, ${quantization}`, [size, memory, seconds], (query) =>
    Array.from(index.search(encoder.encode(query).slice(), LIMIT, 1).keys, (key) => forms[Number(key)]!),
  )
}

/** Prints how long look-ups took and how many of the true nearest were found: those whose cosine reaches the last one's. */
function report(
  name: string,
  [disk, memory, seconds]: readonly number[],
  search: (query: string) => string[],
): void {
  queries.slice(0, N_WARM).forEach((query) => search(query))
  const times: number[] = []
  let found = 0
  queries.forEach((query, i) => {
    const start = performance.now()
    const near = search(query)
    times.push(performance.now() - start)
    const vector = encoder.encode(query).slice()
    const least = exact[i]![0]! - 1e-6
    found += near.filter((form) => dotAt(vector, encoder.encode(form), 0) >= least).length
  })
  times.sort((a, b) => a - b)
  const at = (share: number): string => times[Math.floor(share * (times.length - 1))]!.toFixed(2)
  const mib = (bytes: number | undefined): string =>
    bytes === undefined ? '–' : (bytes / 2 ** 20).toFixed(0)
  process.stdout.write(
    `${name}: build ${seconds?.toFixed(0) ?? '–'} s, disk ${mib(disk)} MiB, memory ${mib(memory)} MiB, ` +
      `p50 ${at(0.5)} p95 ${at(0.95)} p99 ${at(0.99)} ms, found ${((100 * found) / queries.length / LIMIT).toFixed(1)} %\n`,
  )
}
