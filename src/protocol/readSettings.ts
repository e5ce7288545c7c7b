import type { Setting } from './setting.ts'
import { entries, SETTINGS_SECTION, type SettingKey, type Settings } from './settings.ts'

/** All settings at their defaults. */
export const DEFAULT_SETTINGS: Settings = readSettings(undefined).settings

/** A value that a setting does not take; its default is used instead. */
export interface SettingProblem {
  /** With the prefix, for example `conceptLens.minimumProbability`. */
  readonly key: string
  /** Names the value found, what is allowed and what is used instead. */
  readonly message: string
}

/**
 * Reads the values of an editor: nested objects (`{inlayHints: {show: 'all'}}`) or dotted keys (`{'inlayHints.show':
 * 'all'}`), both without the prefix. What is missing or wrong gets its default; what is wrong is reported.
 */
export function readSettings(raw: unknown): {
  readonly settings: Settings
  readonly problems: readonly SettingProblem[]
  /** Keys of the values that are there and right, whether they equal the default or not. */
  readonly said: ReadonlySet<SettingKey>
} {
  const said = new Set<SettingKey>()
  const problems: SettingProblem[] = []
  const values: Record<string, unknown> = {}
  for (const [key, setting] of entries()) {
    const found = lookUp(raw, key)
    const usable = found !== undefined && found !== null && isValid(setting, found)
    values[key] = usable ? found : setting.default
    if (usable) said.add(key)
    if (!usable && found !== undefined && found !== null) problems.push(problemOf(key, setting, found))
  }
  return { settings: values as unknown as Settings, problems, said }
}

function lookUp(raw: unknown, key: string): unknown {
  if (typeof raw !== 'object' || raw === null) return undefined
  if (Object.hasOwn(raw, key)) return (raw as Record<string, unknown>)[key]
  const dot = key.indexOf('.')
  if (dot < 0) return undefined
  return lookUp((raw as Record<string, unknown>)[key.slice(0, dot)], key.slice(dot + 1))
}

function isValid(setting: Setting, value: unknown): boolean {
  switch (setting.type) {
    case 'boolean':
      return typeof value === 'boolean'
    case 'number':
    case 'integer':
      return (
        typeof value === 'number' &&
        value >= setting.minimum &&
        value <= setting.maximum &&
        (setting.type === 'number' || Number.isInteger(value))
      )
    case 'text':
      return typeof value === 'string'
    case 'choice':
      return typeof value === 'string' && Object.hasOwn(setting.choices, value)
    case 'list':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
  }
}

/** What a setting takes, in words: `a number from 0 to 1`. */
export function allowedValues(setting: Setting): string {
  switch (setting.type) {
    case 'boolean':
      return 'true or false'
    case 'number':
      return `a number from ${setting.minimum} to ${setting.maximum}`
    case 'integer':
      return `a whole number from ${setting.minimum} to ${setting.maximum}`
    case 'text':
      return 'a text'
    case 'choice':
      return `one of ${Object.keys(setting.choices).join(', ')}`
    case 'list':
      return 'a list of texts'
  }
}

function problemOf(key: string, setting: Setting, found: unknown): SettingProblem {
  const full = `${SETTINGS_SECTION}.${key}`
  const used = JSON.stringify(setting.default)
  return {
    key: full,
    message: `${full} is ${JSON.stringify(found)}, but takes ${allowedValues(setting)}. ${used} is used until it is corrected in the settings.`,
  }
}
