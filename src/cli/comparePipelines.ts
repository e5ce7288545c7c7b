import { spawn } from 'node:child_process'
import { ConceptLensError } from '../core/index.ts'
import { comparisonText, type EvaluationReport, type PipelineReport } from '../evaluation/index.ts'
import { generativeOf } from '../pipeline/index.ts'
import { writeOut } from './output.ts'
import { described } from './pipelineOptions.ts'

/**
 * Runs this very command once for each pipeline, each in a process of its own, so that none is measured with the memory of
 * another, and shows the reports side by side.
 */
export async function comparePipelines(pipelines: readonly string[], asJson: boolean): Promise<void> {
  const reports: PipelineReport[] = []
  for (const pipeline of pipelines) {
    process.stderr.write(`${pipeline} …\n`)
    reports.push({ pipeline, ...(await reportOf(pipeline)) })
  }
  writeOut(asJson ? `${JSON.stringify({ pipelines: reports })}\n` : comparisonText(reports))
}

async function reportOf(pipeline: string): Promise<EvaluationReport> {
  const child = spawn(process.execPath, [...process.execArgv, ...argumentsFor(pipeline)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (status === 0) return JSON.parse(printed) as EvaluationReport
  throw new ConceptLensError(
    'pipeline',
    `The pipeline ${pipeline} could not be measured; the reason stands above.`,
  )
}

/**
 * The arguments of this process with one pipeline in the place of all, and JSON as answer. The language model that they choose
 * is for those pipelines that name one: otherwise all would ask it, and nothing would be compared.
 */
function argumentsFor(pipeline: string): readonly string[] {
  const [, script = '', ...given] = process.argv
  const isPipeline = (at: number): boolean => given[at] === '--pipeline'
  const kept = given.filter(
    (word, at) =>
      !isPipeline(at) && !isPipeline(at - 1) && !word.startsWith('--pipeline=') && word !== '--json',
  )
  // The process of a description that cannot be run says what is wrong with it.
  const { pipeline: own } = described(pipeline)
  const without = own && generativeOf(own) ? [] : ['--generative', 'off']
  return [script, ...kept, ...without, '--json', '--pipeline', pipeline]
}
