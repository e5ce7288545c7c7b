import { ConceptLensError } from '../../../core/index.ts'
import type { GenerativeFolder } from '../../generative/modelFolder.ts'
import { unfit } from '../../generative/modelFolder.ts'
import type { Opened } from '../../providers.ts'
import type { SessionOptions } from '../session.ts'
import { openCausalModel } from './causalModel.ts'
import type { GenerativeModel } from './letters.ts'
import { createGenerativeModel } from './letters.ts'

/**
 * Opens a causal language model, and asks it something, so that what does not fit is told now.
 * @throws ConceptLensError `generative-unfit`
 */
export async function loadGenerative(
  folder: GenerativeFolder,
  options: SessionOptions,
): Promise<Opened<GenerativeModel>> {
  try {
    const { value, ...opened } = await openCausalModel(folder, options)
    const model = createGenerativeModel(value, folder)
    await model.choose([{ prompt: 'A or B?', letters: ['A', 'B'] }], () => Promise.resolve())
    return { value: model, ...opened }
  } catch (error) {
    if (error instanceof ConceptLensError) throw error
    throw unfit(folder.folder, error instanceof Error ? error.message : String(error))
  }
}
