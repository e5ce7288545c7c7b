/// <reference lib="dom" />
import type { FrameLocator, Page } from 'playwright-core'
import { appears, openFile, PATIENCE_MS, runCommand, waitUntilLinked } from './page.ts'
import type { Scene } from './pictures.ts'

/** A person asks what the model runs on, has it measured by the keyboard, and reads the report. */
export const performanceScenes: readonly Scene[] = [
  ['performance', showReport],
  ['performance copied', copyReport],
  ['performance narrow', narrow],
]

const pageIn = (page: Page): FrameLocator =>
  page.frameLocator('iframe.webview.ready').frameLocator('#active-frame')

async function showReport(page: Page): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 800 })
  await runCommand(page, 'View: Close All Editors')
  await openFile(page, 'manuscript.md')
  await waitUntilLinked(page)
  await runCommand(page, 'ConceptLens: Show Performance Report')
  const report = pageIn(page)
  await appears(report.locator('h1', { hasText: 'Performance' }))
  await appears(report.locator('dd', { hasText: /Processor, 1 process with \d threads? for the passage/ }))
  const again = report.getByRole('button', { name: 'Run the trial again' })
  await again.focus()
  await page.keyboard.press('Enter')
  const done = page.locator('.notification-toast:visible', { hasText: 'from the next start' })
  await done.waitFor({ timeout: PATIENCE_MS })
  await page.keyboard.press('Escape')
  await runCommand(page, 'Notifications: Clear All Notifications')
  await appears(report.locator('tr.chosen', { hasText: 'Chosen for' }).first())
  await appears(report.locator('th', { hasText: 'WebGPU' }))
}

async function copyReport(page: Page): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const copy = pageIn(page).getByRole('button', { name: 'Copy as text' })
  await copy.focus()
  await page.keyboard.press('Enter')
  await appears(page.locator('.statusbar-item', { hasText: 'the report was copied' }))
  const text = await page.evaluate(() => navigator.clipboard.readText())
  if (!/^Processor +int8 +1 × 1/m.test(text)) throw new Error(`Copied: ${text}`)
}

async function narrow(page: Page): Promise<void> {
  await page.setViewportSize({ width: 700, height: 800 })
  await runCommand(page, 'ConceptLens: Show Performance Report')
  await appears(pageIn(page).locator('tr.chosen').first())
}
