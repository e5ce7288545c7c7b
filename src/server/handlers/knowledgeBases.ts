import { ConceptLensError } from '../../core/index.ts'
import type { DescribedKnowledgeBase, DescribeParams } from '../../protocol/index.ts'
import type { Session } from '../session.ts'

/** What folders hold; for one that cannot be used, why. */
export function describeKnowledgeBases(
  session: Session,
  { paths }: DescribeParams,
): readonly DescribedKnowledgeBase[] {
  return paths.map((path) => {
    try {
      return session.describeKnowledgeBase(path)
    } catch (error) {
      if (error instanceof ConceptLensError) return { path, problem: error.message }
      throw error
    }
  })
}
