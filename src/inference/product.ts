import type { Logger } from '../core/index.ts'
import type { MatrixProduct } from './engine/productGraph.ts'
import { startLoaded, unexpectedAnswer } from './loadedProcess.ts'

/** A process with one matrix product, to measure what the models' arithmetic could reach. */
export interface ProductProbe {
  /** Operations per second, multiplications and additions, of the fastest of so many products; in 10⁹. */
  measure(times: number): Promise<number>
  dispose(): Promise<void>
}

/** Starts a process with a product in it, run by the same library and with the same settings as the models. */
export async function createProductProbe(
  product: MatrixProduct,
  options: { readonly engineScript: string; readonly threads: number; readonly logger: Logger },
): Promise<ProductProbe> {
  const { engineScript, threads, logger } = options
  const load = { engine: 'product' as const, provider: 'cpu' as const, threads, ...product }
  const { process } = await startLoaded({ engineScript, load, logger })
  return {
    async measure(times) {
      const answer = await process.run({ kind: 'multiply', times })
      if (answer.kind !== 'multiplied') throw unexpectedAnswer(answer.kind)
      return (2 * product.rows * product.inner * product.columns) / (answer.ms / 1000) / 1e9
    },
    dispose: () => process.dispose(),
  }
}
