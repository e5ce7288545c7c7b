/** Checks who imports whom (`npm run lint:deps`), and that anything was checked at all: a wrong TypeScript version cruises nothing. */
import { createRequire } from 'node:module'
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser'
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config'

const { forbidden, options } = createRequire(import.meta.url)('./dependencies.cjs') as {
  forbidden: NonNullable<ICruiseOptions['ruleSet']>['forbidden'] & object
  options: ICruiseOptions
}
const cruised = await cruise(
  ['src'],
  { ...options, ruleSet: { forbidden }, validate: true, outputType: 'json' },
  undefined,
  { tsConfig: extractTsConfig('tsconfig.json') },
)
const { summary } = JSON.parse(cruised.output as string) as ICruiseResult
for (const { rule, from, to } of summary.violations) {
  process.stderr.write(`${rule.severity} ${rule.name}: ${from} → ${to}\n`)
}
process.stdout.write(`${summary.totalCruised} modules, ${summary.totalDependenciesCruised ?? 0} imports, ${summary.error} errors\n`)
if (summary.totalCruised < 50) {
  process.stderr.write(`Only ${summary.totalCruised} modules were seen; src has more. Is the TypeScript version one that dependency-cruiser can read?\n`)
  process.exitCode = 1
}
if (summary.error > 0) process.exitCode = 1
