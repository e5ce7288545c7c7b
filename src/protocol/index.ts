export * from './setting.ts'
export * from './settings.ts'
export * from './readSettings.ts'
export * from './configurationSchema.ts'
export * from './messages.ts'
export * from './settingsPage.ts'
export * from './tasks.ts'
export * from './alignment.ts'
export * from './knowledgeBases.ts'
export * from './releases.ts'
export {
  NUMBER_COLUMNS,
  performanceParts,
  performanceText,
  type PerformanceReport,
  type PerformanceTrial,
} from './performance.ts'
export * from './trace.ts'
