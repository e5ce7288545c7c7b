import type { Setting } from './setting.ts'
import { entries, SETTINGS_SECTION } from './settings.ts'

/** One property of the `configuration` block of package.json, in the JSON Schema dialect of VS Code. */
export type ConfigurationProperty = Readonly<Record<string, unknown>>

/** The `contributes.configuration` block of package.json, derived from the table of settings. */
export interface ConfigurationBlock {
  readonly title: string
  readonly properties: Readonly<Record<string, ConfigurationProperty>>
}

/** Derives the `contributes.configuration` block of package.json. */
export function configurationBlock(): ConfigurationBlock {
  const properties = entries().map(([key, setting], order) => [
    `${SETTINGS_SECTION}.${key}`,
    { order, ...propertyOf(setting) },
  ])
  return {
    title: 'ConceptLens',
    properties: Object.fromEntries(properties) as ConfigurationBlock['properties'],
  }
}

/** `machine-overridable` lets a trusted workspace say so; RESTRICTED_SETTINGS guards the others. `machine` lets none. */
const SCOPES = { resource: 'resource', machine: 'machine-overridable', user: 'machine' } as const

function propertyOf(setting: Setting): ConfigurationProperty {
  return {
    ...typeOf(setting),
    default: setting.default,
    scope: SCOPES[setting.scope],
    markdownDescription: setting.description,
  }
}

function typeOf(setting: Setting): ConfigurationProperty {
  switch (setting.type) {
    case 'boolean':
      return { type: 'boolean' }
    case 'number':
    case 'integer':
      return { type: setting.type, minimum: setting.minimum, maximum: setting.maximum }
    case 'text':
      return { type: 'string' }
    case 'choice':
      return {
        type: 'string',
        enum: Object.keys(setting.choices),
        markdownEnumDescriptions: Object.values(setting.choices),
      }
    case 'list':
      return { type: 'array', items: { type: 'string' }, uniqueItems: true }
  }
}
