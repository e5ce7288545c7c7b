/** The kinds of settings. The settings themselves are one table: `settings.ts`. */

/**
 * Where a setting may be set. `resource`: user, workspace and folder. `machine`: user only, and in a workspace only
 * when it is trusted, because the value is a path or starts a process. `user`: user only, because the value decides what
 * text may leave the machine, which no workspace may decide for a person.
 */
export type SettingScope = 'resource' | 'machine' | 'user'

interface SettingBase {
  /** One or two sentences of Markdown for people; names the unit. */
  readonly description: string
  readonly scope: SettingScope
  /** The option of the command line that sets it, as its help shows it: `--kb <dir>`; none when it concerns editors only. */
  readonly flag?: `--${string} <${string}>`
}

export interface BooleanSetting extends SettingBase {
  readonly type: 'boolean'
  readonly default: boolean
}

/** A number in the closed interval `[minimum, maximum]`. */
export interface NumberSetting extends SettingBase {
  readonly type: 'number' | 'integer'
  readonly default: number
  readonly minimum: number
  readonly maximum: number
}

export interface TextSetting extends SettingBase {
  readonly type: 'text'
  readonly default: string
}

/** One of a few words; `choices` maps each to what it means. */
export interface ChoiceSetting extends SettingBase {
  readonly type: 'choice'
  readonly default: string
  readonly choices: Readonly<Record<string, string>>
}

/** A list of texts without repetition. */
export interface ListSetting extends SettingBase {
  readonly type: 'list'
  readonly default: readonly string[]
}

export type Setting = BooleanSetting | NumberSetting | TextSetting | ChoiceSetting | ListSetting
