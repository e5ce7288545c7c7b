/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { Locator, Page } from 'playwright-core'
import type { RunningEditor } from './editor.ts'

/** What a person does in a window of VS Code, with mouse and keyboard. */

/** How long something may take that a person waits for, on a busy machine. */
export const PATIENCE_MS = 60_000

/** Opens a folder or a `.code-workspace` file in a window of its own, and a file of it when one is named. */
export async function openWindow(editor: RunningEditor, path: string, file?: string): Promise<Page> {
  const page = await editor.browser.newPage({ viewport: { width: 1280, height: 800 } })
  const authority = `127.0.0.1:${editor.port}`
  const query = new URLSearchParams({ [path.endsWith('.code-workspace') ? 'workspace' : 'folder']: path })
  if (file !== undefined)
    query.set('payload', JSON.stringify([['openFile', `vscode-remote://${authority}${path}/${file}`]]))
  await page.goto(`http://${authority}/?${query.toString()}`, { timeout: PATIENCE_MS })
  return page
}

/** Leaves the window as a person does, so that VS Code ends its extension host; a page that is cut off keeps it for hours. */
export async function closeWindow(page: Page): Promise<void> {
  await page.goto('about:blank')
  await page.close()
}

/** Waits until something is on the screen. */
export const appears = (what: Locator): Promise<void> => what.first().waitFor({ timeout: PATIENCE_MS })

/** Runs a command from the palette: the keyboard's own shortcuts differ between browsers. */
export const runCommand = (page: Page, title: string): Promise<void> => pickQuickly(page, `>${title}`, title)

/** Opens a file of the workspace by its name. */
export async function openFile(page: Page, name: string): Promise<void> {
  await pickQuickly(page, name, name)
  await appears(page.locator('.tab.active', { hasText: name }))
}

/**
 * Closes hovers, menus, dialogs, and the settings, which lie over the window and let no other key through. A dialog that is
 * still being filled does not hear the first Escape, and in the settings it only empties the search.
 */
export async function dismiss(page: Page): Promise<void> {
  const dialog = page.locator('.quick-input-widget:visible, .monaco-modal-editor-block:visible').first()
  for (let attempt = 0; attempt < 30; attempt++) {
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden', timeout: 2000 }).catch(() => undefined)
    if (!(await dialog.isVisible())) return
  }
  throw new Error('A dialog stays open after Escape')
}

async function pickQuickly(page: Page, typed: string, row: string): Promise<void> {
  await appears(page.locator('.monaco-workbench .statusbar'))
  const input = page.locator('.quick-input-widget:visible input[type=text]').first()
  await openPalette(page, input)
  // Whatever takes the focus in that moment closes the palette again.
  await input.fill(typed, { timeout: PATIENCE_MS / 6 }).catch(async () => {
    await openPalette(page, input)
    await input.fill(typed)
  })
  // Enter takes the row in focus: commands used before are listed already while the list is still being narrowed down.
  await appears(page.locator('.quick-input-list .monaco-list-row.focused', { hasText: row }))
  await page.keyboard.press('Enter')
}

/** A window that is still laying itself out does not hear the first key, and a page within a tab may keep it to itself. */
async function openPalette(page: Page, input: Locator): Promise<void> {
  for (let attempt = 0; attempt < 15; attempt++) {
    await page.keyboard.press('F1')
    await input.waitFor({ timeout: PATIENCE_MS / 15 }).catch(() => undefined)
    if (await input.isVisible()) return
    await page.evaluate(() => {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    })
  }
  throw new Error('The command palette does not open')
}

/** Puts the cursor at a place of the open file, counted from 1; a click would miss when lines move, as under breadcrumbs that come late. */
export async function goTo(page: Page, line: number, column: number): Promise<void> {
  await pickQuickly(page, `:${line}:${column}`, String(line))
  await appears(page.locator('.statusbar-item', { hasText: `Ln ${line}, Col ${column}` }))
}

/** Waits until the status bar says how many mentions of the open manuscript are linked. */
export async function waitUntilLinked(page: Page): Promise<void> {
  await page
    .locator('.statusbar-item.right', { hasText: /ConceptLens \d+$/ })
    .first()
    .waitFor({ timeout: 3 * PATIENCE_MS })
  await page
    .locator('.view-line', { hasText: /C\d{7}|[A-Z]+:[A-Z]?\d{4,}/ })
    .first()
    .waitFor({ timeout: PATIENCE_MS })
}

/** The middle of the first visible occurrence of a word in the editor, in pixels. */
export async function placeOf(page: Page, text: string): Promise<{ x: number; y: number }> {
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

/** What stands on the screen beside the text, for the report of a scene that failed where nobody sees its picture. */
export async function seenOn(page: Page): Promise<string> {
  const parts = {
    tabs: '.tab',
    palette: '.quick-input-widget .monaco-list-row',
    notifications: '.notification-list-item-message',
    dialogs: '.monaco-dialog-box',
    'status bar': '.statusbar-item.right',
  }
  const lines: string[] = []
  for (const [name, selector] of Object.entries(parts)) {
    const texts = await page.locator(`${selector}:visible`).allInnerTexts()
    lines.push(`${name}: ${texts.map((text) => text.replaceAll(/\s+/g, ' ').trim()).join(' | ') || '-'}`)
  }
  return ['On the screen:', ...lines].join('\n  ')
}

/** Puts on a colour theme; VS Code follows the one of the system. */
export async function wearTheme(page: Page, theme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme: theme })
  await page
    .locator(theme === 'dark' ? '.monaco-workbench.vs-dark' : '.monaco-workbench.vs')
    .waitFor({ timeout: PATIENCE_MS })
}
