import type { Command } from 'commander'
import { knownPerformance, measurePerformance } from '../../inference/index.ts'
import { performanceText } from '../../protocol/index.ts'
import { writeOut } from '../output.ts'
import { resources, trialFolder } from '../resources.ts'
import { numberParser, settingOption } from '../settingOptions.ts'
import { interruptToken, stderrLogger, stderrProgress } from '../terminal.ts'

interface PerformanceOptions {
  readonly model: string
  readonly rerun?: true
  readonly json?: true
  readonly patience?: number
}

/** `performance`: what a trial of this machine found, and what is used because of it. */
export function addPerformanceCommand(program: Command): void {
  program
    .command('performance')
    .description('what the model runs on here and why; makes a trial of this machine where there was none')
    .addOption(settingOption('model.path', { default: resources.model }))
    .option('--rerun', 'make the trial again')
    .option('--json', 'one JSON object')
    .option(
      '--patience <s>',
      'seconds until a way that does not answer is given up; 20 by default',
      numberParser({ type: 'integer', minimum: 1, maximum: 3600 }),
    )
    .action(run)
}

async function run({ model: modelDir, rerun, json, patience }: PerformanceOptions): Promise<void> {
  const where = { modelDir, engineScript: resources.engineScript, cacheFolder: trialFolder() }
  const known = rerun ? undefined : await knownPerformance(where)
  const trial = known ?? (await measured(where, patience))
  const report = { trial, wanted: 'auto', isMeasuring: false }
  writeOut(json ? `${JSON.stringify(trial)}\n` : performanceText(report))
}

async function measured(where: Parameters<typeof knownPerformance>[0], patience: number | undefined) {
  const progress = stderrProgress('tried')
  const token = interruptToken()
  try {
    return await measurePerformance({
      ...where,
      token,
      logger: stderrLogger('warn'),
      ...(patience === undefined ? {} : { patienceMs: patience * 1000 }),
      onWay: (_way, index, total) => progress.report(index, total),
    })
  } finally {
    progress.done()
  }
}
