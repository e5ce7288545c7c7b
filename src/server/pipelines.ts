import { fileURLToPath } from 'node:url'
import {
  isPreset,
  PRESETS,
  problemLine,
  readPipeline,
  readPreset,
  type Pipeline,
  type PipelineFiles,
} from '../pipeline/index.ts'
import type { DescribePipeline } from './configuration.ts'
import type { Messages } from './ports.ts'

/** The name of a description that holds for its workspace folder. */
export const PIPELINE_FILE = 'conceptlens.pipeline.yaml'

/** What {@link createPipelines} needs. */
export interface PipelinesParts {
  readonly files: PipelineFiles
  readonly messages: Messages
  /** URIs of the workspace folders. */
  readonly folders: () => readonly string[]
  /** Whether files of the workspace may say what is run. */
  readonly isTrusted: () => boolean
}

/**
 * Finds the description that a document is linked by: what the setting names, else the file of its workspace folder where the
 * workspace is trusted, else the default one. One that cannot be run is told of, and the default one is taken.
 */
export function createPipelines({ files, messages, folders, isTrusted }: PipelinesParts): DescribePipeline {
  const byDefault = (): Pipeline => readPreset('default', files)

  function fromFile(path: string): Pipeline {
    const text = files.read(path)
    if (text === undefined) {
      const allowed = `${PRESETS.join(', ')}, and the path of a file`
      messages.show(
        'warning',
        `conceptLens.pipeline is ${path}, where there is no file; allowed are ${allowed}. The default pipeline is used.`,
      )
      return byDefault()
    }
    const { pipeline, problems } = readPipeline(path, text, files)
    const [first, ...others] = problems
    if (pipeline || !first) return pipeline ?? byDefault()
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`
    messages.show('warning', `The default pipeline is used: ${problemLine(first)}${more}`)
    return byDefault()
  }

  return (named, uri) => {
    if (isPreset(named)) return readPreset(named, files)
    const folder = folderOf(uri, folders())
    const path =
      named === '' && !isTrusted() ? undefined : pathIn(folder, named === '' ? PIPELINE_FILE : named, files)
    if (named !== '') return path === undefined ? fromFile(named) : fromFile(path)
    return path !== undefined && files.exists(path) ? fromFile(path) : byDefault()
  }
}

function folderOf(uri: string | undefined, folders: readonly string[]): string | undefined {
  const holding = folders.filter(
    (folder) => uri?.startsWith(folder.endsWith('/') ? folder : `${folder}/`) === true,
  )
  const [longest] = holding.sort((a, b) => b.length - a.length)
  return longest ?? (uri === undefined ? folders[0] : undefined)
}

/** The path of a file in a folder; folders that are not on this machine have none. */
function pathIn(folder: string | undefined, name: string, files: PipelineFiles): string | undefined {
  if (folder?.startsWith('file:') !== true) return undefined
  return files.resolve(fileURLToPath(`${folder.replace(/[/]$/, '')}/${PIPELINE_FILE}`), name)
}
