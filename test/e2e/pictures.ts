import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { mergeResults, type SuiteResult } from './companion/companion.ts'
import { trusted, type RunningEditor } from './editor.ts'
import {
  appears,
  closeWindow,
  dismiss,
  openFile,
  openWindow,
  PATIENCE_MS,
  placeOf,
  runCommand,
  seenOn,
  waitUntilLinked,
  wearTheme,
} from './page.ts'
import { walkthroughScenes } from './walkthrough.ts'

/** Something a person sees: brings it to the screen, or throws. What stays open is closed with Escape. */
export type Scene = readonly [name: string, show: (page: Page, editor: RunningEditor) => Promise<void>]

type Theme = 'light' | 'dark'

const manuscript = 'manuscript.md'
/** A word of the sample that is linked. */
const word = 'hyperglycemia'

const scenes: readonly Scene[] = [
  ['hints', waitUntilLinked],
  [
    'hover',
    async (page) => {
      const at = await placeOf(page, word)
      await page.mouse.move(at.x, at.y)
      await appears(page.locator('.monaco-hover:visible', { hasText: /C\d{7}/ }))
    },
  ],
  [
    'quick fixes',
    async (page) => {
      const at = await placeOf(page, word)
      await page.mouse.click(at.x, at.y)
      await runCommand(page, 'Quick Fix...')
      await appears(page.locator('.action-widget:visible', { hasText: /not a concept/i }))
    },
  ],
  [
    'status menu',
    async (page) => {
      await page.locator('.statusbar-item.right', { hasText: 'ConceptLens' }).first().click()
      await appears(page.locator('.quick-input-list .monaco-list-row', { hasText: /switch off/i }))
    },
  ],
  [
    'export',
    async (page, { workspace }) => {
      const name = manuscript.replace('.md', '.bioc.xml')
      for (const file of [name, 'bioc.key']) await rm(join(workspace, file), { force: true })
      await runCommand(page, 'ConceptLens: Export BioC XML')
      await appears(page.locator('.quick-input-widget:visible', { hasText: 'Export BioC XML' }))
      await page.locator('.quick-input-widget:visible').getByRole('button', { name: 'OK' }).click()
      const said = page.locator('.notification-toast:visible', { hasText: /Exported \d+ annotations/ })
      await said.getByRole('button', { name: 'Open' }).click({ timeout: PATIENCE_MS })
      await appears(page.locator('.view-line', { hasText: '<!DOCTYPE collection SYSTEM "BioC.dtd">' }))
    },
  ],
]

/** Drives the editor with mouse and keyboard as a person would, and photographs what they see, in both themes. */
export async function takePictures(editor: RunningEditor): Promise<SuiteResult> {
  const results: SuiteResult[] = []
  await editor.configure(trusted)
  const page = await openWindow(editor, editor.workspace)
  for (const theme of ['light', 'dark'] as const) {
    await wearTheme(page, theme)
    await runCommand(page, 'View: Close All Editors')
    await runCommand(page, 'View: Show Explorer')
    await openFile(page, manuscript)
    for (const scene of scenes) results.push(await photograph(page, scene, editor, theme))
    // The pictures of the walkthrough need room beside its text.
    await runCommand(page, 'View: Close Primary Side Bar')
    for (const scene of walkthroughScenes) results.push(await photograph(page, scene, editor, theme))
  }
  await closeWindow(page)
  return mergeResults(results)
}

/** Shows one scene and takes its picture, also when it failed. */
export async function photograph(
  page: Page,
  [name, show]: Scene,
  editor: RunningEditor,
  theme: Theme,
): Promise<SuiteResult> {
  const title = `what a person sees: ${name} (${theme})`
  const outcome = await show(page, editor).then(
    () => ({ passed: [title], failed: [], pending: [] }),
    async (error: unknown) => {
      const said = `${String(error)}\n${await seenOn(page)}`
      return { passed: [], failed: [{ title, error: said }], pending: [] }
    },
  )
  const path = join(editor.outFolder, `${name.replaceAll(' ', '-')}-${theme}.png`)
  await page.screenshot({ path, animations: 'disabled' })
  await dismiss(page)
  return outcome
}
