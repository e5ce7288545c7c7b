/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { SuiteResult } from './companion/companion.ts'
import type { RunningEditor } from './run.ts'

const themes = ['light', 'dark'] as const

/** Drives the editor with mouse and keyboard as a person would, and photographs what they see, in both themes. */
export async function takePictures(editor: RunningEditor): Promise<SuiteResult> {
  const passed: string[] = []
  const failed: { title: string; error: string }[] = []
  for (const theme of themes) {
    for (const [name, scene] of scenes) {
      const title = `what a person sees: ${name} (${theme})`
      const page = await openManuscript(editor, theme)
      try {
        await scene(page)
        passed.push(title)
      } catch (error) {
        failed.push({ title, error: String(error) })
      } finally {
        await page.screenshot({ path: join(editor.outFolder, `${name.replaceAll(' ', '-')}-${theme}.png`) })
        await page.context().close()
      }
    }
  }
  return { passed, failed, pending: [] }
}

const manuscript = 'manuscript.md'
/** A word of the sample that is linked, and what its hover names. */
const word = 'hyperglycemia'

const scenes: readonly (readonly [string, (page: Page) => Promise<void>])[] = [
  ['hints', async (page) => waitForHints(page)],
  [
    'hover',
    async (page) => {
      await waitForHints(page)
      const at = await placeOf(page, word)
      await page.mouse.move(at.x, at.y)
      await page
        .locator('.monaco-hover:visible', { hasText: /UMLS|C\d{7}/ })
        .first()
        .waitFor({ timeout: 20_000 })
      await page.waitForTimeout(500)
    },
  ],
  [
    'quick fixes',
    async (page) => {
      await waitForHints(page)
      const at = await placeOf(page, word)
      await page.mouse.click(at.x, at.y)
      await runCommand(page, 'Quick Fix...')
      await page
        .getByText(/not a concept/i)
        .first()
        .waitFor({ timeout: 20_000 })
      await page.waitForTimeout(300)
    },
  ],
  [
    'status menu',
    async (page) => {
      await waitForHints(page)
      await page.locator('.statusbar-item.right', { hasText: 'ConceptLens' }).first().click()
      await page
        .locator('.quick-input-list .monaco-list-row', { hasText: /switch off/i })
        .first()
        .waitFor({ timeout: 20_000 })
      await page.waitForTimeout(300)
    },
  ],
]

async function openManuscript(editor: RunningEditor, colorScheme: (typeof themes)[number]): Promise<Page> {
  const context = await editor.browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme })
  const page = await context.newPage()
  const authority = `127.0.0.1:${editor.port}`
  const file = `vscode-remote://${authority}${editor.workspace}/${manuscript}`
  const query = new URLSearchParams({
    folder: editor.workspace,
    payload: JSON.stringify([['openFile', file]]),
  })
  await page.goto(`http://${authority}/?${query.toString()}`)
  return page
}

/** Runs a command from the palette: the keyboard's own shortcuts differ between browsers. */
async function runCommand(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1')
  await page.keyboard.type(title)
  await page
    .locator('.quick-input-list .monaco-list-row', { hasText: title })
    .first()
    .waitFor({ timeout: 20_000 })
  await page.keyboard.press('Enter')
}

/** Hints are there once the injected text stands between the words: the word is followed by something that the file has not. */
async function waitForHints(page: Page): Promise<void> {
  await page.locator('.view-line').first().waitFor({ timeout: 60_000 })
  await page.waitForFunction(
    () =>
      [...document.querySelectorAll('.view-line')].some((line) =>
        /C\d{7}|[A-Z]+:[A-Z]?\d{4,}/.test(line.textContent ?? ''),
      ),
    undefined,
    { timeout: 60_000 },
  )
  await page.waitForTimeout(2500)
}

/** The middle of the first visible occurrence of a word in the editor, in pixels. */
async function placeOf(page: Page, text: string): Promise<{ x: number; y: number }> {
  const found = await page.evaluate((wanted) => {
    for (const line of document.querySelectorAll('.view-line')) {
      const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT)
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const at = (node.textContent ?? '').toLowerCase().indexOf(wanted)
        if (at < 0) continue
        const range = document.createRange()
        range.setStart(node, at)
        range.setEnd(node, at + wanted.length)
        const box = range.getBoundingClientRect()
        if (box.width > 0) return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
      }
    }
    return undefined
  }, text)
  if (found === undefined) throw new Error(`“${text}” is not on the screen`)
  return found
}
