import { Uri, window, workspace, type Disposable, type Memento } from 'vscode'
import type { GitAttributesParams } from '../protocol/index.ts'
import type { Host } from './host.ts'

/** Asks once per repository whether git may merge decisions line by line, and writes that down where it may. */
export function offerGitAttributes(host: Host, memory: Memento): Disposable {
  return host.onGitAttributes(({ file, line }) => {
    const key = `gitAttributesOffered ${file}`
    if (memory.get(key, false)) return
    const asked = memory.update(key, true).then(() => ask({ file, line }))
    asked.then(undefined, (error: unknown) => host.log.warn(`.gitattributes: ${String(error)}`))
  })
}

async function ask({ file, line }: GitAttributesParams): Promise<void> {
  const add = 'Add'
  const question = `ConceptLens keeps decisions one per line. Let git merge those of several authors by adding “${line}” to .gitattributes?`
  if ((await window.showInformationMessage(question, add, 'Not Now')) !== add) return
  const uri = Uri.parse(file)
  const old = await readText(uri)
  const separator = old === '' || old.endsWith('\n') ? '' : '\n'
  await workspace.fs.writeFile(uri, new TextEncoder().encode(`${old}${separator}${line}\n`))
}

async function readText(uri: Uri): Promise<string> {
  try {
    return new TextDecoder().decode(await workspace.fs.readFile(uri))
  } catch {
    return ''
  }
}
