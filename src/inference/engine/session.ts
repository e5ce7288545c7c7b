import { InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node'
import type { ProviderName } from '../providers.ts'
import { openWithFallback } from '../providers.ts'
import { withFallback } from './fallback.ts'
import type { Session, TensorData } from './tensors.ts'

export type { Session, TensorData } from './tensors.ts'

/** How to run the graph. */
export interface SessionOptions {
  readonly provider: ProviderName
  /** Threads inside one run; 1 is the most efficient. */
  readonly threads: number
}

/** ONNX Runtime's WebGPU dies of tensors without any number (a segmentation fault in 1.30); the others were not tried. */
const TAKES_EMPTY = ['cuda']

/**
 * Loads a graph from a file, or from the bytes of one. Where the provider asked for cannot be used, or fails later, the
 * processor takes its place.
 */
export async function openSession(graph: string | Uint8Array, options: SessionOptions): Promise<Session> {
  const open = (provider: string): Promise<Session> => openOn(provider, graph, options.threads)
  const { value: session, provider, notice } = await openWithFallback(options.provider, open)
  if (notice !== undefined) return { ...session, notice }
  if (provider === 'cpu') return session
  return withFallback({
    first: session,
    openProcessor: () => open('cpu'),
    refusesEmpty: !TAKES_EMPTY.includes(provider),
  })
}

async function openOn(provider: string, graph: string | Uint8Array, threads: number): Promise<Session> {
  // ONNX Runtime would leave out what it does not have, and run elsewhere without a word.
  const available = listSupportedBackends().map(({ name }) => name)
  if (!available.includes(provider))
    throw new Error(`ONNX Runtime has ${available.join(', ')} on ${process.platform}-${process.arch}`)
  const settings: InferenceSession.SessionOptions = {
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'basic',
    // Threads that wait actively double the time on a busy machine.
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  }
  const session =
    typeof graph === 'string'
      ? await InferenceSession.create(graph, settings)
      : await InferenceSession.create(graph, settings)
  return {
    provider,
    inputs: session.inputNames,
    outputs: session.outputNames,
    async run(feeds, wanted) {
      const inputs = Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, toOnnx(tensor)]))
      const outputs = await session.run(inputs, wanted)
      return Object.fromEntries(wanted.map((name) => [name, fromOnnx(name, outputs[name])]))
    },
  }
}

function toOnnx({ data, dims }: TensorData): Tensor {
  if (data instanceof Float32Array) return new Tensor('float32', data, dims)
  return data instanceof Uint8Array ? new Tensor('bool', data, dims) : new Tensor('int64', data, dims)
}

function fromOnnx(name: string, tensor: Tensor | undefined): TensorData {
  if (!(tensor?.data instanceof Float32Array)) throw new Error(`The graph gives no numbers for ${name}`)
  return { dims: tensor.dims, data: tensor.data }
}
