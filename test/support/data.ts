import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

/**
 * The folder of corpora, ontologies and manuscripts that the corpus tests read: `CONCEPTLENS_DATA`, else
 * `../shared/data` beside the repository. Throws when it is missing: these tests never pass unseen.
 */
export function dataFolder(): string {
  const folder = resolve(
    process.env['CONCEPTLENS_DATA'] ?? resolve(import.meta.dirname, '../../../shared/data'),
  )
  if (!existsSync(folder)) {
    throw new Error(
      `${folder} is missing. Put the data there, or say where it is: CONCEPTLENS_DATA=/path/to/data npm run test:corpus`,
    )
  }
  return folder
}
