/** Numbers with a shape; the axes are named where a tensor is made. Bytes are truth values. */
export interface TensorData {
  readonly dims: readonly number[]
  readonly data: Float32Array | BigInt64Array | Uint8Array
}

/** A graph ready to run. A run blocks the process that it is in. */
export interface Session {
  /** Where it runs; changes when a provider fails. */
  readonly provider: string
  /** Why it does not run on the provider asked for. */
  readonly notice?: string | undefined
  /** Names of what the graph takes and gives. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** @param wanted the outputs to fetch. */
  run(
    feeds: Readonly<Record<string, TensorData>>,
    wanted: readonly string[],
  ): Promise<Readonly<Record<string, TensorData>>>
}
