import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { ConceptLensError, type Concept, type KnowledgeBase, type Problem } from '../../core/index.ts'
import {
  countByGroup,
  groupLabel,
  importKnowledgeBase,
  knowledgeBaseStatistics,
  openKnowledgeBase,
  verifyKnowledgeBase,
  type ImportResult,
  type ReleaseSelection,
} from '../../knowledge/index.ts'
import { createConceptSearch, retrieveWithMatches } from '../../linking/index.ts'
import type { GroupCount, ImportSummary } from '../../protocol/index.ts'
import { exitStatus } from '../exitStatus.ts'
import { tellParent } from '../parentProcess.ts'
import { nameVectors } from '../nameVectors.ts'
import { startVectorThread } from '../vectorThread/start.ts'
import { interruptToken, stderrProgress } from '../terminal.ts'
import { writeOut, writeTable } from '../output.ts'
import { addReleaseOptions, selectionOf, showCounts } from '../releaseOptions.ts'
import { resources } from '../resources.ts'
import { numberParser } from '../settingOptions.ts'
import { withUmlsDefinitions } from '../umlsDefinitions.ts'
import { addGetCommand } from './kbGet.ts'
import { addUnfinishedCommand } from './kbUnfinished.ts'

/** As many concepts as retrieval keeps at most. */
const howMany = numberParser({ type: 'integer', minimum: 1, maximum: 64 })

/** `kb import|get|info|search|show|candidates`: everything about a knowledge base that needs no manuscript. */
export function addKnowledgeBaseCommand(program: Command, finish: (status: number) => void): void {
  const kb = program.command('kb').description('make and read knowledge bases')
  const importing = kb
    .command('import')
    .description(
      'build a knowledge base from UMLS and RxNorm releases, ontologies, mappings, MeSH and names tables',
    )
    .argument('<source...>', 'files, gzip allowed, and folders or .zip files of releases; several are joined')
    .option(
      '--out <dir>',
      'folder of the new knowledge base; an old one there serves until the new one is complete',
    )
    .option('--name <name>', 'what to call it')
    .option(
      '--no-vectors',
      'leave out the vectors of the names, by which names are found that share no letters',
    )
    .option(
      '--no-observed',
      'leave out which names annotators used for the same ids in open corpora, and how often',
    )
    .option('--if-changed', 'do nothing when it was built from these very sources')
    .option('--quiet', 'only problems')
    .option('--counts', 'do not import: say what the releases hold, and what the filters take of them')
    .option('--json', 'counts as one JSON object a release')
  addReleaseOptions(importing).action(async (sources: string[], options: ImportCommandOptions) => {
    const { out } = options
    if (options.counts) await showCounts(sources, selectionOf(options), { json: options.json === true })
    else if (out === undefined) importing.error("error: required option '--out <dir>' not specified")
    else finish(await importSources(sources, { ...options, out }))
  })
  addGetCommand(kb, importSources, finish)
  addUnfinishedCommand(kb)
  kb.command('info')
    .description('what a knowledge base holds')
    .argument('<dir>')
    .option('--json', 'as one JSON object')
    .option('--groups', 'count the concepts of every semantic group')
    .option('--verify', 'read every file and compare its checksum')
    .action((dir: string, options: InfoOptions) => finish(showInfo(dir, options)))
  kb.command('search')
    .description('concepts for an id or a name, half typed or misspelled: as the editor finds them')
    .argument('<dir>')
    .argument('<text...>')
    .option('--limit <n>', 'how many, 1 to 64', howMany, 10)
    .option('--json', 'as JSON lines')
    .action((dir: string, words: string[], options: { limit: number; json?: true }) =>
      search(dir, words.join(' '), options),
    )
  kb.command('show')
    .description('one concept')
    .argument('<dir>')
    .argument('<id>', 'a CURIE: its id, a cross-reference or a retired id')
    .option(
      '--umls-definitions',
      'also fetch its definitions from the UMLS, with the key in CONCEPTLENS_UTS_KEY',
    )
    .option('--json', 'as JSON lines')
    .action((dir: string, id: string, options: ShowOptions) => show(dir, id, options))
  kb.command('candidates')
    .description(
      'candidates for JSON lines {"id", "text"} on stdin, as JSON lines: what the training recipe reads',
    )
    .argument('<dir>')
    .option('--limit <n>', 'how many concepts, 1 to 64', howMany, 64)
    .option('--no-vectors', 'compare names by their letters alone')
    .action((dir: string, options: CandidatesOptions) => candidates(dir, options))
}

interface ImportOptions extends ReleaseSelection {
  readonly out: string
  readonly name?: string
  readonly ifChanged?: true
  readonly vectors?: boolean
  readonly observed?: boolean
  readonly quiet?: true
}

interface ImportCommandOptions extends Omit<ImportOptions, 'out'> {
  readonly out?: string
  readonly counts?: true
  readonly json?: true
}

async function importSources(sources: readonly string[], options: ImportOptions): Promise<number> {
  const progress = stderrProgress('imported')
  const selection = selectionOf(options)
  let interrupted = ''
  const result = await importKnowledgeBase({
    sources,
    out: options.out,
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(selection === undefined ? {} : { selection }),
    ...(options.observed === false ? {} : { observed: resources.observedNames }),
    ifChanged: options.ifChanged === true,
    vectors: nameVectors(options.vectors),
    startThread: startVectorThread,
    onInterrupted(words) {
      interrupted = words
      process.stderr.write(`${words}\n`)
    },
    progress,
    token: interruptToken(),
  })
  progress.done()
  tellParent({ kind: 'done', result: { ...summaryOf(result, sources, options.out), interrupted } })
  if (!result.built && options.quiet) return exitStatus.done
  reportProblems(result.problems, result.nProblems)
  if (!options.quiet) {
    const { name, nConcepts, nNames } = result.info
    const what = `${nConcepts.toLocaleString('en')} concepts, ${nNames.toLocaleString('en')} names`
    process.stderr.write(`${name}: ${what} in ${options.out}${result.built ? '' : ' (unchanged)'}\n`)
  }
  return exitStatus.done
}

/** What an editor that started the import is told. */
function summaryOf(
  result: ImportResult,
  sources: readonly string[],
  out: string,
): Omit<ImportSummary, 'interrupted'> {
  const { built, info, problems, nProblems, nJoined, nConflicts } = result
  const { name, nConcepts, nNames } = info
  return {
    ...{ name, nConcepts, nNames, built, nProblems, nJoined, nConflicts },
    out: resolve(out),
    sources: sources.map((source) => resolve(source)),
    problems: problems.map(problemLine),
  }
}

function problemLine({ file, line, message }: Problem): string {
  return `${file ?? 'source'}${line === undefined ? '' : `:${line}`}: ${message}`
}

function reportProblems(problems: readonly Problem[], total: number): void {
  for (const problem of problems) process.stderr.write(`${problemLine(problem)}\n`)
  if (total > problems.length) process.stderr.write(`… and ${total - problems.length} more\n`)
}

interface InfoOptions {
  readonly json?: true
  readonly groups?: true
  readonly verify?: true
}

function showInfo(dir: string, options: InfoOptions): number {
  const { info, nForms, vectors, diskBytes, imported } = knowledgeBaseStatistics(dir)
  const groups = options.groups ? groupCounts(dir) : undefined
  tellParent({ kind: 'done', result: groups ?? [] })
  if (options.json) {
    const counts = groups ? { groups } : {}
    writeOut(`${JSON.stringify({ ...info, nForms, vectors, diskBytes, imported, ...counts })}\n`)
  } else {
    writeOut(`${info.name} ${info.version} (${info.fingerprint.slice(0, 12)})\n`)
    const [concepts, names, forms] = [info.nConcepts, info.nNames, nForms].map((n) => n.toLocaleString('en'))
    const megabytes = (diskBytes / 1e6).toFixed(1)
    const withVectors = vectors === '' ? 'without vectors' : 'with vectors'
    writeOut(
      `${concepts} concepts, ${names} names (${forms} when folded, ${withVectors}), ${megabytes} MB\n\n`,
    )
    const rows = info.sources.map((s) => [
      s.name,
      s.title,
      s.version,
      s.licence,
      `${s.nConcepts}`,
      `${s.nNames}`,
    ])
    writeTable(['source', 'title', 'version', 'licence', 'concepts', 'names'], rows)
    if (groups) writeOut('\n')
    const counts = (groups ?? []).map(({ group, label, nConcepts }) => [group, label, `${nConcepts}`])
    writeTable(['group', 'meaning', 'concepts'], counts)
  }
  if (!options.verify) return exitStatus.done
  const problems = verifyKnowledgeBase(dir)
  reportProblems(problems, problems.length)
  if (problems.length === 0) process.stderr.write(`every file of ${dir} has its checksum\n`)
  return problems.length === 0 ? exitStatus.done : exitStatus.someFailed
}

/** The largest group first. */
function groupCounts(dir: string): readonly GroupCount[] {
  const kb = openKnowledgeBase(dir)
  try {
    return [...countByGroup(kb)]
      .map(([group, nConcepts]) => ({
        group,
        label: group === '' ? 'no known group' : groupLabel(group),
        nConcepts,
      }))
      .sort((a, b) => b.nConcepts - a.nConcepts || a.label.localeCompare(b.label))
  } finally {
    kb.close()
  }
}

async function search(dir: string, text: string, options: { limit: number; json?: true }): Promise<void> {
  await withKnowledgeBase(dir, async (kb) => {
    const found = await createConceptSearch(kb, () => Promise.resolve()).search(text, options)
    if (options.json) return found.forEach((concept) => writeOut(`${JSON.stringify(concept)}\n`))
    const rows = found.map((c) => [c.id, c.preferredName, c.matchedName, c.groups.join(' '), c.match])
    writeTable(['id', 'name', 'matched', 'group', 'match'], rows)
  })
}

interface ShowOptions {
  readonly json?: true
  readonly umlsDefinitions?: true
}

async function show(dir: string, id: string, options: ShowOptions): Promise<void> {
  await withKnowledgeBase(dir, async (kb) => {
    const refs = kb.resolve(id)
    if (refs.length === 0) {
      throw new ConceptLensError(
        'kb-unknown-id',
        `${id} is not in ${kb.info.name}. Ids are CURIEs such as UMLS:C0011849 or MESH:D003920; ` +
          `look one up with: kb search ${dir} NAME`,
      )
    }
    for (const ref of refs) {
      const stored = kb.concept(ref)
      const concept = options.umlsDefinitions ? await withUmlsDefinitions(stored) : stored
      writeOut(options.json ? `${JSON.stringify(concept)}\n` : describe(concept))
    }
  })
}

function describe(concept: Concept): string {
  const lines = [
    `${concept.id}  ${concept.name}`,
    `types    ${concept.types.join(', ') || 'unknown'}`,
    `groups   ${concept.groups.join(', ') || 'unknown'}`,
    `parents  ${concept.parents.join(', ') || 'none known'}`,
    `equals   ${concept.xrefs.join(', ') || 'none known'}`,
    ...concept.definitions.map(({ text, source }) => `defined  ${text} (${source})`),
    ...concept.names.map(({ text, kind, source, count }) => {
      const seen = count > 0 ? `, seen ${count} times` : ''
      return `name     ${text} (${kind}, ${source}${seen})`
    }),
  ]
  return `${lines.join('\n')}\n`
}

interface CandidatesOptions {
  readonly limit: number
  readonly vectors: boolean
}

async function candidates(dir: string, { limit, vectors }: CandidatesOptions): Promise<void> {
  const kb = openKnowledgeBase(dir, { vectors: nameVectors(vectors) })
  try {
    let line = 0
    for await (const row of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
      line++
      if (row.trim() === '') continue
      const { id, text } = parseQuery(row, line)
      writeOut(`${JSON.stringify({ id, candidates: retrieveWithMatches(kb, text, { limit }) })}\n`)
      if (process.stdout.writableNeedDrain)
        await new Promise((resolve) => process.stdout.once('drain', resolve))
    }
  } finally {
    kb.close()
  }
}

function parseQuery(row: string, line: number): { id: unknown; text: string } {
  const fail = (found: string): never => {
    throw new ConceptLensError('usage', `stdin:${line}: expected {"id": …, "text": "…"}, found ${found}`)
  }
  try {
    const value = JSON.parse(row) as { id?: unknown; text?: unknown }
    return typeof value.text === 'string' ? { id: value.id, text: value.text } : fail(row.slice(0, 80))
  } catch (error) {
    if (error instanceof ConceptLensError) throw error
    return fail(row.slice(0, 80))
  }
}

async function withKnowledgeBase(
  dir: string,
  use: (kb: KnowledgeBase) => void | Promise<void>,
): Promise<void> {
  const kb = openKnowledgeBase(dir)
  try {
    await use(kb)
  } finally {
    kb.close()
  }
}
