import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KnowledgeBase } from '../../src/core/index.ts'
import { importKnowledgeBase, openKnowledgeBase } from '../../src/knowledge/index.ts'

const TABLE = join(import.meta.dirname, '../../models/starter-kb/concepts.tsv.gz')
/** Built once and kept between runs. */
const STORE = join(tmpdir(), 'conceptlens-corpus-starter-kb')

/** The knowledge base that ships, without vectors. Whoever opens it closes it. */
export async function starterKnowledgeBase(): Promise<KnowledgeBase> {
  await importKnowledgeBase({ sources: [TABLE], out: STORE, ifChanged: true })
  return openKnowledgeBase(STORE)
}
