import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { ProviderName } from '../providers.ts'
import { openWithFallback } from '../providers.ts'

/** Numbers with a shape; the axes are named where a tensor is made. Bytes are truth values. */
export interface TensorData {
  readonly dims: readonly number[]
  readonly data: Float32Array | BigInt64Array | Uint8Array
}

/** A graph ready to run. A run blocks the process that it is in. */
export interface Session {
  readonly provider: string
  /** Why it does not run on the provider asked for. */
  readonly notice?: string
  /** Names of what the graph takes and gives. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** @param wanted the outputs to fetch. */
  run(
    feeds: Readonly<Record<string, TensorData>>,
    wanted: readonly string[],
  ): Promise<Readonly<Record<string, TensorData>>>
}

/** How to run the graph. */
export interface SessionOptions {
  readonly provider: ProviderName
  /** Threads inside one run; 1 is the most efficient. */
  readonly threads: number
}

/** Loads a graph from a file, or from the bytes of one. */
export async function openSession(graph: string | Uint8Array, options: SessionOptions): Promise<Session> {
  const opened = await openWithFallback(options.provider, (provider) => {
    const settings: InferenceSession.SessionOptions = {
      executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'basic',
      // Threads that wait actively double the time on a busy machine.
      extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
    }
    return typeof graph === 'string'
      ? InferenceSession.create(graph, settings)
      : InferenceSession.create(graph, settings)
  })
  const session = opened.value
  return {
    provider: opened.provider,
    ...(opened.notice === undefined ? {} : { notice: opened.notice }),
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
