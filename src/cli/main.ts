import { Command, CommanderError } from 'commander'
import { CancelledError, ConceptLensError } from '../core/index.ts'
import { addAlignCommand } from './commands/align.ts'
import { addBenchCommand } from './commands/bench.ts'
import { addExplainCommand } from './commands/explain.ts'
import { addEvaluateCommand } from './commands/evaluate.ts'
import { addKnowledgeBaseCommand } from './commands/kb.ts'
import { addLinkCommand } from './commands/link.ts'
import { addLanguageModelCommand } from './commands/languageModel.ts'
import { addMentionsCommand } from './commands/mentions.ts'
import { addOptimizeCommand } from './commands/optimize.ts'
import { addPerformanceCommand } from './commands/performance.ts'
import { addServeCommand } from './commands/serve.ts'
import { addStartCommand } from './commands/start.ts'
import { exitStatus } from './exitStatus.ts'
import { leaveParent, tellParent } from './parentProcess.ts'
import { version } from '../../package.json'

/**
 * The command line. Exit status: 0 done, 1 some input failed (the others are written all the same), 2 wrong usage.
 * Results go to stdout or `--out`, messages to stderr.
 */
async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('conceptlens')
    .description('Links the biomedical concepts in a manuscript to a knowledge base, on this machine.')
    .version(version)
    .showHelpAfterError('(add --help for what is allowed)')
    .exitOverride()
  let status: number = exitStatus.done
  const finish = (value: number) => {
    status = Math.max(status, value)
  }
  addAlignCommand(program)
  addBenchCommand(program)
  addEvaluateCommand(program)
  addExplainCommand(program)
  addKnowledgeBaseCommand(program, finish)
  addLinkCommand(program, finish)
  addLanguageModelCommand(program)
  addMentionsCommand(program)
  addOptimizeCommand(program, finish)
  addPerformanceCommand(program)
  addServeCommand(program, finish)
  addStartCommand(program, finish)
  for (const command of program.commands) inheritSettings(command)
  try {
    await program.parseAsync(argv)
    return status
  } catch (error) {
    return report(error)
  }
}

function inheritSettings(command: Command): void {
  command.exitOverride().showHelpAfterError('(add --help for what is allowed)')
  for (const child of command.commands) inheritSettings(child)
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitStatus.done : exitStatus.wrongUsage
  if (error instanceof CancelledError) {
    tellParent({ kind: 'cancelled' })
    process.stderr.write('Stopped. Nothing half-written was left behind.\n')
    return exitStatus.someFailed
  }
  const code = error instanceof ConceptLensError ? error.code : 'unexpected'
  tellParent({ kind: 'failed', code, message: error instanceof Error ? error.message : String(error) })
  if (error instanceof ConceptLensError) {
    process.stderr.write(`error: ${error.message}\n`)
    return error.code === 'usage' ? exitStatus.wrongUsage : exitStatus.someFailed
  }
  process.stderr.write(`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return exitStatus.someFailed
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitStatus.done)
  process.stderr.write(`error: stdout was not written: ${error.message}. Free some space, or use --out.\n`)
  process.exit(exitStatus.someFailed)
})

void main(process.argv).then((status) => {
  process.exitCode = status
  leaveParent()
})
