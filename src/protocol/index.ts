export * from './settings.ts'
export * from './configurationSchema.ts'
export * from './messages.ts'
export * from './settingsPage.ts'
