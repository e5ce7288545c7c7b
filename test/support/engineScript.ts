import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { buildSync } from 'esbuild'

// Below node_modules, so that the bundle finds onnxruntime-node from there.
const FOLDER = 'node_modules/.cache/conceptlens-test'

/** A request with this text kills the engine's process whenever it receives it. */
export const DEADLY = 'A text that kills.'
/** A request with this text kills the first process of this test run that receives it. */
export const DEADLY_ONCE = 'A text that kills once.'

let built: string | undefined

/** The engine's process as it is shipped: one file, bundled from the sources of now. Made once per run, in about 50 ms. */
export function engineScript(): string {
  built ??= build()
  return built
}

/**
 * The same, but mortal: see {@link DEADLY} and {@link DEADLY_ONCE}.
 * @param markerFile where it notes that it has died once; must not exist yet.
 */
export function mortalEngineScript(markerFile: string): string {
  const file = resolve(FOLDER, 'mortalEngine.cjs')
  writeFileSync(
    file,
    `const { existsSync, writeFileSync } = require('node:fs')
const marker = ${JSON.stringify(markerFile)}
process.on('message', ({ text }) => {
  if (text === ${JSON.stringify(DEADLY_ONCE)} && !existsSync(marker)) writeFileSync(marker, '')
  else if (text !== ${JSON.stringify(DEADLY)}) return
  process.kill(process.pid, 'SIGKILL')
})
require(${JSON.stringify(resolve(engineScript()))})
`,
  )
  return file
}

function build(): string {
  const outfile = `${FOLDER}/engine.cjs`
  buildSync({
    entryPoints: ['src/inference/engine/main.ts'],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['onnxruntime-node'],
    outfile,
    logLevel: 'warning',
  })
  return outfile
}
