import type { DescribedKnowledgeBase } from '../../protocol/index.ts'
import { activePath } from './choose.ts'
import { entriesOf, type ListedKnowledgeBase } from './model.ts'
import type { KnowledgeBaseParts } from './parts.ts'

export type Entry = ListedKnowledgeBase

/** All knowledge bases that can be chosen here, with what they hold. */
export async function describe({ host, library }: KnowledgeBaseParts): Promise<readonly Entry[]> {
  const active = activePath()
  const folders = await library.list(active)
  const paths = folders.map(({ path }) => path)
  const described: readonly DescribedKnowledgeBase[] = await host.request('conceptLens/knowledgeBases', {
    paths,
  })
  return entriesOf(folders, described, active)
}
