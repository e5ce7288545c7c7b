import type { LinkedManuscript } from '../core/index.ts'
import { writeLinked } from '../formats/index.ts'
import { onlyShown } from '../linking/index.ts'
import type { Exporter } from './ports.ts'

/** Writes what the editor shows as BioC XML; `today` tells the day as `2026-01-31`. */
export function createExporter(today: () => string): Exporter {
  return ({ linked, knowledgeBase, settings }) => {
    const shown = onlyShown(withRelativeFiles(linked), settings.minimumProbability)
    const { text, sideFiles = {} } = writeLinked('bioc-xml', shown, {
      profile: settings['bioc.profile'],
      offsetUnit: settings['bioc.offsetUnit'],
      date: today(),
      names: (id) => {
        const ref = knowledgeBase.resolve(id)[0]
        return ref === undefined ? undefined : knowledgeBase.concept(ref)
      },
    })
    const nAnnotations = shown.passages.reduce((sum, { links }) => sum + links.length, 0)
    return { content: text, companions: sideFiles, nAnnotations }
  }
}

/** Names the files relative to the manuscript's folder: an exported file is read on other machines. */
function withRelativeFiles(linked: LinkedManuscript): LinkedManuscript {
  const root = linked.manuscript.file
  const folder = root.slice(0, root.lastIndexOf('/') + 1)
  const name = (uri: string): string => {
    const path = folder !== '' && uri.startsWith(folder) ? uri.slice(folder.length) : uri
    return decoded(path)
  }
  const passages = linked.passages.map((one) => ({
    ...one,
    passage: { ...one.passage, file: name(one.passage.file) },
  }))
  const manuscript = {
    ...linked.manuscript,
    file: name(root),
    passages: passages.map(({ passage }) => passage),
  }
  return { ...linked, manuscript, passages }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
