import type { Trial } from '../../src/inference/index.ts'
import type { Assets, FileAccess, RemoteDefinitions, Timers } from '../../src/server/index.ts'

/** Waits for nothing. */
export const immediateTimers: Timers = {
  after(_delayMs, callback) {
    const timer = setImmediate(callback)
    return () => clearImmediate(timer)
  },
}

/** A machine that was tried, with this result. */
export const TRIAL: Trial = {
  format: 1,
  measuredAt: '2026-01-30T09:00:00.000Z',
  seconds: 4.2,
  load: 0.3,
  machine: {
    processor: 'A processor',
    nCores: 2,
    platform: 'linux-x64',
    graphics: [],
    runtime: 'ONNX Runtime 1.30.0',
  },
  model: { name: 'fake', version: '1', fingerprint: 'fake-1', precision: 'int8' },
  asked: { passages: 3, pairs: 76, editingPairs: 33 },
  tried: [
    {
      way: { provider: 'cpu', precision: 'int8', graph: 'encoder.onnx', processes: 1, threads: 1 },
      outcome: 'measured',
      reason: 'Chosen for editing and manuscripts.',
      agreement: 100,
      pairsPerSecond: { editing: 300, manuscripts: 310 },
    },
    {
      way: { provider: 'webgpu', precision: 'int8', graph: 'encoder.onnx', processes: 1, threads: 1 },
      outcome: 'failed',
      reason: 'No supported adapters.',
    },
  ],
  chosen: {
    editing: { provider: 'cpu', precision: 'int8', graph: 'encoder.onnx', processes: 1, threads: 1 },
    manuscripts: { provider: 'cpu', precision: 'int8', graph: 'encoder.onnx', processes: 1, threads: 1 },
  },
  hints: ['WebGPU on Linux needs Vulkan.'],
}

/** A trial that is known, so that none is begun. */
export const oldTrial = {
  knownTrial: () => Promise.resolve(TRIAL),
  measureTrial: () => Promise.reject(new Error('Nobody asked for a trial')),
  loadPerCore: () => 0,
} satisfies Partial<Assets>

/** No service tells definitions. */
export const noDefinitions: RemoteDefinitions = {
  configure: () => undefined,
  of: () => Promise.reject(new Error('Nobody asked for definitions')),
  close: () => Promise.resolve(),
}

/** Files in memory. */
export function fileAccess(files: Map<string, string>, writable: { value: boolean }): FileAccess {
  const version = new Map<string, number>()
  return {
    read: (uri) => files.get(uri),
    stamp(uri) {
      const isFolder = [...files.keys()].some((name) => name.startsWith(`${uri}/`))
      return files.has(uri) || isFolder
        ? `${files.get(uri)?.length ?? 0} ${version.get(uri) ?? 0}`
        : undefined
    },
    canWrite: (uri) => uri.startsWith('file:'),
    write(uri, text) {
      if (!writable.value) throw new Error('ENOSPC: no space left on device')
      files.set(uri, text)
      version.set(uri, (version.get(uri) ?? 0) + 1)
    },
  }
}
