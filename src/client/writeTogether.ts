import type { FileSystem, Uri } from 'vscode'

/** A file to write. */
export interface OutputFile {
  readonly uri: Uri
  readonly content: string
}

/**
 * Writes files that belong together so that they appear whole and together or not at all: all under temporary names
 * beside them first, which is where a disk gets full, then renamed, the first one last. Throws what the file system
 * throws, with nothing left behind.
 */
export async function writeTogether(
  files: readonly OutputFile[],
  fileSystem: Pick<FileSystem, 'writeFile' | 'rename' | 'delete'>,
): Promise<void> {
  const drafts = files.map((file) => ({ ...file, temporary: temporaryName(file.uri) }))
  try {
    for (const { temporary, content } of drafts)
      await fileSystem.writeFile(temporary, new TextEncoder().encode(content))
    for (const { uri, temporary } of drafts.toReversed())
      await fileSystem.rename(temporary, uri, { overwrite: true })
  } catch (error) {
    for (const { temporary } of drafts)
      await Promise.resolve(fileSystem.delete(temporary)).catch(() => undefined)
    throw error
  }
}

function temporaryName(uri: Uri): Uri {
  return uri.with({ path: uri.path.replace(/[^/]*$/, (name) => `.${name}.part`) })
}
