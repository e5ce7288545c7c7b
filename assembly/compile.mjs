// Compiles vectors.ts to WebAssembly and writes it as a TypeScript file, so that neither a bundle nor a test needs the
// compiler. Run: npm run build:assembly; with --print the file goes to the terminal instead.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import asc from 'assemblyscript/asc'

const GENERATED = join(import.meta.dirname, '..', 'src', 'knowledge', 'vectors', 'assembly.generated.ts')
const OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd']

let binary
const { error, stderr } = await asc.main(
  ['vectors.ts', '--baseDir', import.meta.dirname, '--outFile', 'vectors.wasm', ...OPTIONS],
  { writeFile: (_, content) => void (binary = content) },
)
if (error) throw new Error(`${error.message}\n${stderr.toString()}`)
const generated = `// Made from assembly/vectors.ts by \`npm run build:assembly\`; do not edit.
/** A WebAssembly module in base64. */
export const VECTORS_MODULE =
  '${Buffer.from(binary).toString('base64')}'
`
if (process.argv.includes('--print')) process.stdout.write(generated)
else writeFileSync(GENERATED, generated)
