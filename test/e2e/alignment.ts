/// <reference lib="dom" />
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { FrameLocator, Page } from 'playwright-core'
import type { RunningEditor } from './editor.ts'
import { appears, PATIENCE_MS, runCommand } from './page.ts'
import type { Scene } from './pictures.ts'

/** A person aligns a table, reviews it with the keyboard, and exports it; after the suite `alignment` wrote the table. */
export const alignmentScenes: readonly Scene[] = [
  ['align columns', askColumns],
  ['review', review],
  ['review search', searchConcept],
  ['review keys', showKeys],
  ['review export', exportTable],
  ['review narrow', narrow],
]

const TABLE = 'survey.csv'

/** The page in its two frames: VS Code's around it, and the one with its content. */
const pageIn = (page: Page): FrameLocator =>
  page.frameLocator('iframe.webview.ready').frameLocator('#active-frame')

const grid = (page: Page) => pageIn(page).locator('[role=grid]')
const selected = (page: Page) => pageIn(page).locator('[role=row][aria-selected=true]')
const filter = (page: Page, name: string) => pageIn(page).locator(`[data-filter=${name}]`)

/** The command asks for the table, then for the column of the terms, and suggests the one with words. */
async function askColumns(page: Page, { workspace }: RunningEditor): Promise<void> {
  const dialog = page.locator('.quick-input-widget:visible')
  await page.setViewportSize({ width: 1280, height: 800 })
  await rm(join(workspace, '.conceptlens'), { recursive: true, force: true })
  await runCommand(page, 'View: Close All Editors')
  await runCommand(page, 'ConceptLens: Align Vocabulary')
  // The dialog takes back what is typed before it has listed where it stands.
  await appears(dialog.locator('.monaco-list-row', { hasText: TABLE }))
  await dialog.locator('input[type=text]').first().fill(join(workspace, TABLE))
  await dialog.getByRole('button', { name: 'Align' }).click()
  await appears(dialog.locator('.monaco-list-row.focused', { hasText: 'complaint' }))
}

/** Enter answers every question; then what is to review is there, and the keyboard decides. */
async function review(page: Page, editor: RunningEditor): Promise<void> {
  await askColumns(page, editor)
  const dialog = page.locator('.quick-input-widget:visible')
  for (const asked of ['The column', 'A column that', 'Only concepts', 'The language']) {
    await appears(dialog.locator(`input[placeholder^="${asked}"]`))
    await page.keyboard.press('Enter')
  }
  await appears(grid(page))
  await appears(selected(page))
  await grid(page).focus()
  await filter(page, 'all').click()
  await expectText(page, 'all', '12')
  // Undone, a decision leaves no trace in the counts.
  const before = await countsOf(page)
  await page.keyboard.press('x')
  await page.keyboard.press('u')
  await until(page, async () => (await countsOf(page)) === before)
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await page.keyboard.press('2')
  await page.keyboard.press('x')
  await expectText(page, 'yours', '3')
  await page.keyboard.press('Home')
}

/** A concept that is no candidate is searched for and taken. */
async function searchConcept(page: Page): Promise<void> {
  await grid(page).focus()
  await page.keyboard.press('End')
  await page.keyboard.press('s')
  const box = pageIn(page).getByRole('combobox')
  await box.fill('diabetes mel')
  await appears(pageIn(page).getByRole('option', { name: /Diabetes Mellitus/i }))
}

async function showKeys(page: Page): Promise<void> {
  // After its picture the search was left with Escape.
  await searchConcept(page)
  await pageIn(page).getByRole('combobox').press('Enter')
  await expectText(page, 'yours', '4')
  await page.keyboard.press('?')
  await appears(pageIn(page).locator('dialog[open]'))
}

/** What was decided is in the files that are written. */
async function exportTable(page: Page, { workspace }: RunningEditor): Promise<void> {
  const exported = [
    { label: 'Table (CSV)', file: 'survey.aligned.csv', has: /,accepted,person\r\n/ },
    { label: 'SSSOM mappings', file: 'survey.sssom.tsv', has: /semapv:ManualMappingCuration/ },
    { label: 'FHIR ConceptMap', file: 'survey.conceptmap.json', has: /"resourceType": "ConceptMap"/ },
  ]
  for (const { label, file, has } of exported) {
    const path = join(workspace, file)
    await rm(path, { force: true })
    await grid(page).focus()
    await page.keyboard.press('e')
    const dialog = page.locator('.quick-input-widget:visible')
    await dialog.locator('.monaco-list-row', { hasText: label }).click()
    await dialog.getByRole('button', { name: 'OK' }).click()
    await until(page, () => Promise.resolve(existsSync(path)))
    const text = await readFile(path, 'utf8')
    if (!has.test(text)) throw new Error(`${file} lacks ${String(has)}: ${text.slice(0, 800)}`)
  }
  const kept = await readFile(join(workspace, '.conceptlens', 'alignment.jsonl'), 'utf8')
  // Five decisions and one that was taken back.
  if (kept.trim().split('\n').length !== 6) throw new Error(`decisions kept: ${kept}`)
}

/** In a narrow tab the columns lie below each other, and nothing is cut off at the side. */
async function narrow(page: Page): Promise<void> {
  await page.setViewportSize({ width: 900, height: 800 })
  await grid(page).focus()
  await appears(selected(page))
  const isCut = await pageIn(page)
    .locator('body')
    .evaluate((body) => body.scrollWidth > body.clientWidth)
  if (isCut) throw new Error('The page is wider than its tab')
}

const countsOf = async (page: Page): Promise<string> =>
  (await pageIn(page).locator('.filters').innerText()).replace(/\s+/g, ' ')

const expectText = (page: Page, name: string, text: string): Promise<void> =>
  until(page, async () => (await filter(page, name).locator('.count').innerText()) === text)

async function until(page: Page, holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + PATIENCE_MS
  while (!(await holds())) {
    if (Date.now() > deadlineMs)
      throw new Error(`Not within a minute; the page says: ${await countsOf(page)}`)
    await delay(100)
  }
}
