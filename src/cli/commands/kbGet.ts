import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { ConceptLensError } from '../../core/index.ts'
import {
  acceptedLicences,
  acceptLicences,
  createHttp,
  getOntologies,
  ontologiesByIds,
  openOntologies,
  userCacheFolder,
  type OpenOntology,
} from '../../network/index.ts'
import type { OpenOntologyItem } from '../../protocol/index.ts'
import { exitStatus } from '../exitStatus.ts'
import { writeOut, writeTable } from '../output.ts'
import { tellParent } from '../parentProcess.ts'
import { interruptToken, stderrProgress } from '../terminal.ts'

interface GetCommandOptions {
  readonly out?: string
  readonly name?: string
  readonly downloads: string
  readonly acceptLicences?: true
  readonly proxy?: string
  readonly noProxyFor?: string
  readonly strictSsl: boolean
  readonly json?: true
}

/** Imports files as `kb import` does. */
export type Import = (
  sources: readonly string[],
  options: { readonly out: string; readonly name?: string },
) => Promise<number>

/** `kb get [NAME…]`: downloads open ontologies from their publishers and makes a knowledge base of them. */
export function addGetCommand(kb: Command, importSources: Import, finish: (status: number) => void): void {
  kb.command('get')
    .description('download open ontologies and build a knowledge base of them; without names: list them')
    .argument('[name...]', 'mondo, hpo, doid, go, uberon, cl, chebi, mesh')
    .option('--out <dir>', 'folder of the new knowledge base; without it, only download')
    .option('--name <name>', 'what to call it')
    .option(
      '--downloads <dir>',
      'where downloads are kept, and continued',
      join(userCacheFolder(process.env), 'downloads'),
    )
    .option('--accept-licences', 'accept the licences that are shown')
    .option(
      '--proxy <url>',
      'reach the network through this proxy; by default as HTTPS_PROXY and NO_PROXY say',
    )
    .option('--no-proxy-for <hosts>', 'hosts to reach without the proxy, separated by commas')
    .option('--no-strict-ssl', 'do not check certificates')
    .option('--json', 'list as JSON lines')
    .action(async (names: string[], options: GetCommandOptions) =>
      finish(names.length === 0 ? await list(options) : await get(names, options, importSources)),
    )
}

async function list({ downloads, json }: GetCommandOptions): Promise<number> {
  const ontologies = knownOntologies()
  const accepted = await acceptedLicences(downloads, ontologies)
  const items = ontologies.map((ontology): OpenOntologyItem => itemOf(ontology, accepted.has(ontology.id)))
  tellParent({ kind: 'done', result: items })
  if (json) items.forEach((item) => writeOut(`${JSON.stringify(item)}\n`))
  else {
    const rows = items.map(({ id, title, about, licence, aboutBytes }) => [
      id,
      title,
      about,
      `${(aboutBytes / 1e6).toFixed(0)} MB`,
      `${licence.name} (${licence.url})`,
    ])
    writeTable(['name', 'title', 'about', 'size', 'licence'], rows)
  }
  return exitStatus.done
}

async function get(
  names: readonly string[],
  options: GetCommandOptions,
  importSources: Import,
): Promise<number> {
  const ontologies = ontologiesByIds(knownOntologies(), names)
  await requireLicences(ontologies, options)
  const { out, name } = options
  const files = await fetchAll(ontologies, options)
  if (out !== undefined)
    return importSources(files, { out, name: name ?? ontologies.map(({ title }) => title).join(', ') })
  tellParent({ kind: 'done', result: files })
  files.forEach((path) => writeOut(`${path}\n`))
  return exitStatus.done
}

async function fetchAll(
  ontologies: readonly OpenOntology[],
  { downloads, proxy, noProxyFor, strictSsl }: GetCommandOptions,
): Promise<readonly string[]> {
  const http = createHttp({
    strictSsl,
    ...(proxy === undefined ? {} : { proxy }),
    ...(noProxyFor === undefined ? {} : { noProxy: noProxyFor }),
  })
  try {
    return await getOntologies({
      ...{ http, ontologies, folder: downloads, token: interruptToken() },
      progress: (title) => stderrProgress(title, 'bytes'),
    })
  } finally {
    await http.close()
  }
}

/** Shows the licences that were not accepted yet, and takes a yes. Throws without one. */
async function requireLicences(
  ontologies: readonly OpenOntology[],
  { downloads, acceptLicences: isAccepted }: GetCommandOptions,
): Promise<void> {
  const accepted = await acceptedLicences(downloads, ontologies)
  const open = ontologies.filter(({ id }) => !accepted.has(id))
  if (open.length === 0) return
  for (const { title, licence } of open) process.stderr.write(`${title}: ${licence.name}, ${licence.url}\n`)
  if (isAccepted !== true && !(await confirm('Do you accept these licences? [y/N] ')))
    throw new ConceptLensError(
      'licence-not-accepted',
      'Nothing was downloaded. Read the licences above and run the command again with --accept-licences.',
    )
  await acceptLicences(downloads, open)
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim())
  } finally {
    terminal.close()
  }
}

function knownOntologies(): readonly OpenOntology[] {
  return openOntologies(new Date().getFullYear())
}

function itemOf({ id, title, about, licence, files }: OpenOntology, accepted: boolean): OpenOntologyItem {
  const aboutBytes = files.reduce((sum, file) => sum + file.aboutBytes, 0)
  return { id, title, about, licence, accepted, aboutBytes }
}
