import { join } from 'node:path'
import { ConceptLensError, type Concept } from '../core/index.ts'
import { createHttp, createUmlsDefinitions, userCacheFolder } from '../network/index.ts'

const KEY_VARIABLE = 'CONCEPTLENS_UTS_KEY'

/** The concept with the definitions that the UMLS has of it; as it is when it has no CUI. Throws without a key. */
export async function withUmlsDefinitions(concept: Concept): Promise<Concept> {
  const key = process.env[KEY_VARIABLE]
  if (!key)
    throw new ConceptLensError(
      'umls-no-key',
      `Definitions of the UMLS need your own key. Copy it from https://uts.nlm.nih.gov/uts/profile into the variable ${KEY_VARIABLE}.`,
    )
  const http = createHttp()
  try {
    const umls = createUmlsDefinitions({
      ...{ http, key, cacheFolder: join(userCacheFolder(process.env), 'definitions') },
      onTrouble: (message) => process.stderr.write(`warning: ${message}\n`),
    })
    const fetched = (await umls.of(concept.id.replace(/^UMLS:/, ''))) ?? []
    return { ...concept, definitions: [...concept.definitions, ...fetched] }
  } finally {
    await http.close()
  }
}
