import { basename, extname, join } from 'node:path'
import {
  CancelledError,
  ConceptLensError,
  type CancellationToken,
  type LinkedManuscript,
  type Problem,
} from '../core/index.ts'
import { LINKED_FORMATS, writeLinked, type LinkedFormat, type WriteLinkedOptions } from '../formats/index.ts'
import { onlyShown } from '../linking/index.ts'
import { exitStatus } from './exitStatus.ts'
import { readBeside, readInput, type InputDocument } from './inputs.ts'
import { openLinker, type LinkerOptions, type OpenLinker } from './openLinker.ts'
import { writeOut } from './output.ts'
import { interruptToken, stderrProgress } from './terminal.ts'
import { writeTogether } from './writeTogether.ts'

/** One rendering of the links. */
export interface Output {
  readonly format: LinkedFormat
  /** A file for one input, else a folder; `undefined` writes to stdout. */
  readonly out?: string
}

export interface LinkFilesOptions {
  readonly files: readonly string[]
  readonly linker: LinkerOptions
  readonly outputs: readonly Output[]
  /** Whether to link the mentions that the input marks instead of finding them. */
  readonly mentionsGiven: boolean
  readonly writing: WriteLinkedOptions
}

export interface LinkFilesResult {
  readonly status: number
  /** Paths of the files written. */
  readonly written: readonly string[]
}

/** Links files one after the other. A file that fails is reported and does not keep the others from being written. */
export async function linkFiles(options: LinkFilesOptions): Promise<LinkFilesResult> {
  const token = interruptToken()
  const parts = await openLinker(options.linker)
  const writing = { ...options.writing, ...lookUps(parts) }
  const written: string[] = []
  let status: number = exitStatus.done
  try {
    for (const file of options.files) {
      try {
        const linked = await linkFile(file, parts, options, token)
        for (const output of options.outputs)
          written.push(...(await write(linked, file, output, { ...options, writing })))
      } catch (error) {
        if (!(error instanceof ConceptLensError) || error.code === 'usage') throw error
        process.stderr.write(`error: ${error.message}\n`)
        status = exitStatus.someFailed
      }
    }
  } finally {
    await parts.dispose()
  }
  return { status, written }
}

async function linkFile(
  file: string,
  { linker, logger }: OpenLinker,
  options: LinkFilesOptions,
  token: CancellationToken,
): Promise<LinkedManuscript[]> {
  const { documents, problems } = await readInput(file)
  for (const problem of problems) logger.warn(sentenceOf(problem, file))
  const progress = stderrProgress(`${basename(file)}: passage`)
  const linked: LinkedManuscript[] = []
  try {
    for (const [index, document] of documents.entries()) {
      if (token.isCancellationRequested) throw new CancelledError()
      const given = options.mentionsGiven ? givenMentions(document, file) : undefined
      linked.push(
        onlyShown(
          await linker.link(document.manuscript, {
            token,
            ...(documents.length === 1 ? { progress } : {}),
            ...(given === undefined ? {} : { given }),
          }),
          linker.pipeline.filters.minProbability,
        ),
      )
      if (documents.length > 1) progress.report(index + 1, documents.length)
    }
  } finally {
    progress.done()
  }
  return linked
}

/** The marked mentions that do not overlap an earlier, longer one: a passage's links never overlap. */
function givenMentions({ marked }: InputDocument, file: string): GivenMentions {
  if (marked === undefined) {
    throw new ConceptLensError(
      'usage',
      `--mentions given needs an input that marks mentions (BioC or PubTator); ${file} is a manuscript. Use --mentions detect.`,
    )
  }
  return marked.map((mentions) => {
    let end = 0
    return mentions.filter(({ span }) => {
      const free = span.start >= end && span.end > span.start
      if (free) end = span.end
      return free
    })
  })
}

type GivenMentions = NonNullable<Parameters<OpenLinker['linker']['link']>[1]>['given'] & object

/** What writers want to know beyond the links: facts of concepts that an author chose, and lines of the source. */
function lookUps({ knowledgeBase }: OpenLinker): WriteLinkedOptions {
  return {
    names: (id) => {
      const [ref] = knowledgeBase.resolve(id)
      return ref === undefined ? undefined : knowledgeBase.summary(ref)
    },
    sourceOf: readBeside,
  }
}

async function write(
  linked: readonly LinkedManuscript[],
  file: string,
  { format, out }: Output,
  options: LinkFilesOptions,
): Promise<string[]> {
  const { text, sideFiles } = writeLinked(format, linked, options.writing)
  if (out === undefined) {
    writeOut(text)
    return []
  }
  const single = options.files.length === 1 && extname(out) !== ''
  const path = single ? out : join(out, `${stemOf(file)}${LINKED_FORMATS[format].extension}`)
  const beside = Object.entries(sideFiles ?? {}).map(([name, content]) => ({
    path: join(path, '..', name),
    text: content,
  }))
  await writeTogether([{ path, text }, ...beside])
  return [path, ...beside.map((side) => side.path)]
}

/** `paper.md` and `paper.tex` of one folder must not write the same file, so the ending stays in the name. */
function stemOf(file: string): string {
  return basename(file).replace(/[.]gz$/i, '')
}

function sentenceOf({ file, line, message }: Problem, input: string): string {
  return `${file ?? input}${line === undefined ? '' : `:${line}`}: ${message}`
}
