/// <reference lib="dom" />
import type { Locator, Page } from 'playwright-core'
import manifest from '../../package.json' with { type: 'json' }
import { appears, dismiss, PATIENCE_MS, runCommand } from './page.ts'
import type { Scene } from './pictures.ts'

type Walkthrough = (typeof manifest.contributes.walkthroughs)[number]
type Step = Walkthrough['steps'][number]

const steps: readonly Step[] = manifest.contributes.walkthroughs.flatMap((one: Walkthrough) => one.steps)

/** The walkthrough, step by step: its text, its picture, and what its buttons open. */
export const walkthroughScenes: readonly Scene[] = steps.map((step) => [
  `walkthrough ${step.id}`,
  (page) => tryStep(page, step),
])

/** The walkthrough is there without being asked for, in a tab behind the manuscript. */
export async function walkthroughGreets(page: Page): Promise<void> {
  await page.locator('.tab:not(.active)').click()
  await appears(page.locator('.gettingStartedContainer:visible', { hasText: 'Get started with ConceptLens' }))
}

async function tryStep(page: Page, { title, description }: Step): Promise<void> {
  for (const [, label = '', command = ''] of description.matchAll(/^\[([^\]]+)\]\(command:([\w.]+)/gm)) {
    await openStep(page, title)
    await page.locator('.getting-started-step.expanded').getByRole('button', { name: label }).click()
    await appears(outcomeOf(page, command))
    await dismiss(page)
  }
  await openStep(page, title)
  await pictureShown(page)
}

async function openStep(page: Page, title: string): Promise<void> {
  await runCommand(page, 'ConceptLens: Get Started')
  const step = page.locator('.getting-started-step', { hasText: title })
  await appears(step)
  await step.first().click()
  await appears(page.locator('.getting-started-step.expanded', { hasText: title }))
}

/** What is on the screen when a command has done its work. */
function outcomeOf(page: Page, command: string): Locator {
  const outcomes: Readonly<Record<string, string>> = {
    'workbench.action.files.openFile': '.quick-input-widget:visible',
    'workbench.action.openSettings':
      '.settings-editor:visible .setting-item-category:has-text("Concept Lens")',
    'conceptLens.exportBioc': '.quick-input-widget:visible:has-text("Export BioC XML")',
    'conceptLens.menu': '.quick-input-widget:visible:has-text("Switch off")',
  }
  const selector = outcomes[command]
  if (selector === undefined)
    throw new Error(`Say what ${command} brings to the screen, so that it can be awaited`)
  return page.locator(selector)
}

async function pictureShown(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      [...document.querySelectorAll<HTMLImageElement>('.getting-started-media img')].some(
        ({ complete, naturalWidth }) => complete && naturalWidth > 0,
      ),
    undefined,
    { timeout: PATIENCE_MS },
  )
}
