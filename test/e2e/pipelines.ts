/// <reference lib="dom" />
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FrameLocator, Page } from 'playwright-core'
import type { RunningEditor } from './editor.ts'
import { appears, goTo, openFile, runCommand, waitUntilLinked } from './page.ts'
import type { Scene } from './pictures.ts'

/** A person asks for the way of a passage, goes through it with the keyboard, and writes the description of a pipeline. */
export const pipelineScenes: readonly Scene[] = [
  ['explain passage', explainPassage],
  ['explain passage candidates', showCandidates],
  ['pipeline problems', writeDescription],
  ['pipeline completion', complete],
]

const pageIn = (page: Page): FrameLocator =>
  page.frameLocator('iframe.webview.ready').frameLocator('#active-frame')

const FILE = 'conceptlens.pipeline.yaml'

async function explainPassage(page: Page, { workspace }: RunningEditor): Promise<void> {
  await page.setViewportSize({ width: 1480, height: 860 })
  // In the second theme the description of the first is still open.
  await writeFile(join(workspace, FILE), 'extends: default\n')
  await runCommand(page, 'View: Close All Editors')
  await openFile(page, 'manuscript.md')
  await waitUntilLinked(page)
  await goTo(page, 2, 12)
  await runCommand(page, 'ConceptLens: Explain Passage')
  await appears(pageIn(page).locator('h1', { hasText: 'The way of this passage' }))
  await appears(pageIn(page).locator('.stage', { hasText: 'two-stream' }))
}

async function showCandidates(page: Page): Promise<void> {
  const trace = pageIn(page)
  await trace.locator('.stage', { hasText: 'mentions' }).first().focus()
  await page.keyboard.press('ArrowDown')
  await appears(trace.locator('.stage[aria-current=true]', { hasText: 'fused' }))
  await appears(trace.locator('.detail th', { hasText: 'Looked up' }))
}

async function writeDescription(page: Page, { workspace }: RunningEditor): Promise<void> {
  const text =
    'extends: fast\nfilters:\n  generalWord: hide\n  minProbability: 2\nranking:\n  rerankers:\n    - kind: prior\n'
  await writeFile(join(workspace, FILE), text)
  await runCommand(page, 'View: Close All Editors')
  await openFile(page, FILE)
  await appears(page.locator('.squiggly-error'))
  await runCommand(page, 'Problems: Focus on Problems View')
  await appears(page.locator('.markers-panel .monaco-list-row', { hasText: 'Did you mean "generalWords"?' }))
}

async function complete(page: Page): Promise<void> {
  await goTo(page, 7, 1)
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await page.keyboard.type('  ')
  await page.keyboard.press('Control+Space')
  await appears(page.locator('.suggest-widget .monaco-list-row', { hasText: 'ifBelow' }))
}
