import { readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { PipelineFiles } from './read.ts'

/** Files of this machine. @param presetFolder `media/pipelines` of the program */
export function createPipelineFiles(presetFolder: string): PipelineFiles {
  return {
    preset: (name) => readFileSync(join(presetFolder, `${name}.yaml`), 'utf8'),
    read(path) {
      try {
        return readFileSync(path, 'utf8')
      } catch {
        return undefined
      }
    },
    exists: (path) => statSync(path, { throwIfNoEntry: false }) !== undefined,
    resolve: (file, path) => resolve(dirname(file), path),
  }
}
