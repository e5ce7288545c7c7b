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

/** What goes wrong on the accelerator of {@link acceleratedEngineScript}, and in which of its runs, counted from 1. */
export interface Fault {
  /** `scores`: it answers all runs, with scores that are as good as random. */
  readonly kind: 'none' | 'throws' | 'dies' | 'dies-opening' | 'hangs' | 'scores'
  readonly atRun?: number
}

/**
 * The same on a machine with an accelerator called `webgpu`: the processor under another name, with a fault. Like the real one
 * it dies of tensors without any number.
 */
export function acceleratedEngineScript({ kind, atRun = 1 }: Fault): string {
  const file = resolve(FOLDER, `accelerated-${kind}-${atRun}.cjs`)
  writeFileSync(
    file,
    `const Module = require('node:module')
const load = Module._load
const die = () => process.kill(process.pid, 'SIGKILL')
let runs = 0
const faults = {
  none: () => undefined,
  throws: () => { throw new Error('the device was lost') },
  hangs: () => { for (;;); },
  dies: () => { die(); return new Promise(() => undefined) },
}
const accelerated = (real) => ({
  ...real,
  listSupportedBackends: () => [{ name: 'cpu', bundled: true }, { name: 'webgpu', bundled: true }],
  InferenceSession: {
    async create(graph, options) {
      const session = await real.InferenceSession.create(graph, { ...options, executionProviders: ['cpu'] })
      if (options.executionProviders[0] !== 'webgpu') return session
      if (${JSON.stringify(kind)} === 'dies-opening') die()
      return {
        inputNames: session.inputNames,
        outputNames: session.outputNames,
        async run(feeds, wanted) {
          if (Object.values(feeds).some(({ dims }) => dims.includes(0))) die()
          if (++runs >= ${atRun}) await faults[${JSON.stringify(kind)}]?.()
          const outputs = await session.run(feeds, wanted)
          if (${JSON.stringify(kind)} === 'scores') outputs.score?.data.forEach((_, i, scores) => { scores[i] = Math.sin(37 * i) })
          return outputs
        },
      }
    },
  },
})
Module._load = (name, ...others) => {
  const found = load(name, ...others)
  return name === 'onnxruntime-node' ? accelerated(found) : found
}
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
