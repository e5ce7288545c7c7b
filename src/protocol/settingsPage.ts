import { allowedValues } from './readSettings.ts'
import type { Setting } from './setting.ts'
import { entries, SETTINGS_SECTION } from './settings.ts'

/** The manual's page of settings, derived from the table of settings: `media/manual/settings.md`. */
export function settingsPage(): string {
  const sections = entries().map(([key, setting]) => sectionOf(key, setting))
  return `${INTRODUCTION}\n\n${sections.join('\n\n')}\n`
}

const INTRODUCTION = `# Settings

<!-- Made from src/protocol/settings.ts: UPDATE=1 npx mocha --no-package --import=tsx test/protocol/settings.test.ts -->

Open them in VS Code with Ctrl+, (⌘, on a Mac) and search for \`@ext:conceptlens.conceptlens\`.
Other editors send them to \`conceptlens serve --stdio\` as the section \`${SETTINGS_SECTION}\`.
Settings of scope *machine* are taken from a workspace only when it is trusted; those of scope *user* never are.`

function sectionOf(key: string, setting: Setting): string {
  const facts = `*${allowedValues(setting)}; default \`${JSON.stringify(setting.default)}\`; scope ${setting.scope}*`
  const description = setting.description.replace(/`#([^#]+)#`/g, '`$1`')
  const lines = [`## \`${SETTINGS_SECTION}.${key}\``, '', facts, '', description]
  if (setting.type !== 'choice') return lines.join('\n')
  const choices = Object.entries(setting.choices).map(
    ([value, meaning]) => `- \`${value}\`: ${meaning.replace(/`#([^#]+)#`/g, '`$1`')}`,
  )
  return [...lines, '', ...choices].join('\n')
}
