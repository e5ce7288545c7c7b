/// <reference lib="dom" />
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { answers, json, raw, serveLanguageModel, type Behaviour } from '../support/languageModelServer.ts'
import { trusted, type RunningEditor } from './editor.ts'
import { appears, openFile, PATIENCE_MS, placeOf, runCommand } from './page.ts'
import type { Scene } from './pictures.ts'
import type { Surroundings } from './windows.ts'

/** The manuscript of the window: the linker takes “MS” for a disease, and no concept is a cell line called KLX7. */
const FILE = 'uncertain.md'
const TEXT = `# Results

Blood was taken from nine patients, and MS was repeated after a year.

Apoptosis was counted in KLX7 after a day in glucose.
`
/** What “MS” is linked to by the linker alone, and by the language model. */
const [DISEASE, METHOD] = ['C0026769', 'C0037813']

/** A host that does not exist: nothing is sent there before a person says yes. */
const ELSEWHERE = 'models.hospital.invalid'

const gliner = join(import.meta.dirname, '..', 'fixtures', 'tiny-gliner', 'bi-token')

/** A folder with the manuscript alone. */
export async function prepareUncertain(home: string): Promise<string> {
  const folder = join(home, 'uncertain')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, FILE), TEXT)
  return folder
}

/** A double of a server with a language model; below `/broken` it fails, below `/nonsense` it speaks of something else. */
export async function withLanguageModelServer(): Promise<Surroundings> {
  const server = await serveLanguageModel([(response, seen) => behaviourAt(seen.path)(response, seen)])
  const settings = {
    'conceptLens.minimumProbability': 0.4,
    'conceptLens.generative.use': 'server',
    'conceptLens.generative.below': 0.8,
    'conceptLens.languageModel.server': server.url,
    'conceptLens.languageModel.model': 'qwen2.5:3b',
    'conceptLens.mentions.namedTypeModel': gliner,
    'conceptLens.mentions.namedTypes': ['cell line'],
    'conceptLens.mentions.namedTypeThreshold': 0.8,
  }
  return {
    settings,
    scenes: scenesWith({ ...trusted, ...settings }, server.url.replace('/v1', '/broken/v1')),
    stop: () => server.close(),
  }
}

function behaviourAt(path: string): Behaviour {
  if (path.startsWith('/broken/')) return json(500, { error: { message: 'out of memory' } })
  if (path.startsWith('/nonsense/')) return raw('<html>It works!</html>')
  return (response, seen) => answers(chancesFor(seen.body?.messages?.[0]?.content ?? ''))(response, seen)
}

/** Believes in mass spectrometry, and elsewhere in the first option. */
function chancesFor(prompt: string): Readonly<Record<string, number>> {
  const options = [...prompt.matchAll(/^([A-K])\. (.+)$/gm)].map(([, letter = '', name = '']) => ({
    letter,
    name,
  }))
  const believed = options.find(({ name }) => name.includes('Mass Spectrometry')) ?? options[0]
  const others = options.filter((one) => one !== believed)
  return Object.fromEntries([
    [believed?.letter ?? 'A', 0.92],
    ...others.map(({ letter }, i) => [letter, 0.04 / 2 ** i] as const),
  ])
}

/** A person sees what a language model answered, that it fails, and that they are asked before text goes elsewhere. */
function scenesWith(settings: Readonly<Record<string, unknown>>, broken: string): readonly Scene[] {
  return [
    ['generative link', (page, editor) => hoverLink(page, editor, settings)],
    ['generative why', askWhy],
    ['generative cost', showCost],
    ['generative passage', explainAsked],
    ['named type', hoverType],
    [
      'generative broken',
      (page, editor) =>
        breakServer(page, editor, { ...settings, 'conceptLens.languageModel.server': broken }),
    ],
    [
      'generative consent',
      (page, editor) =>
        askConsent(page, editor, {
          ...settings,
          'conceptLens.languageModel.server': `https://${ELSEWHERE}/v1`,
          'conceptLens.languageModel.allowedHosts': [ELSEWHERE],
        }),
    ],
    ['generative refused', refuse],
  ]
}

/** A line of the manuscript with a hint; the words that a hint parts are not found. */
const hint = (page: Page, line: string, label: string): Locator =>
  page.locator('.view-line', { hasText: line }).filter({ hasText: label })

const hover = (page: Page, text: string | RegExp): Locator =>
  page.locator('.monaco-hover:visible', { hasText: text })

/** Moves the mouse to a word, from outside, until its hover says this: links and hints may change meanwhile, and close hovers. */
async function hoverOver(page: Page, word: string, text: string | RegExp): Promise<void> {
  for (let attempt = 0; attempt < 15; attempt++) {
    await page.mouse.move(640, 5)
    await hover(page, '').first().waitFor({ state: 'hidden' })
    const { x, y } = await placeOf(page, word)
    await page.mouse.move(x, y, { steps: 3 })
    const isThere = hover(page, text)
      .first()
      .waitFor({ timeout: PATIENCE_MS / 15 })
    if (
      await isThere.then(
        () => true,
        () => false,
      )
    )
      return
  }
  throw new Error(`The hover of “${word}” does not say ${String(text)}`)
}

const toast = (page: Page, text: string | RegExp): Locator =>
  page.locator('.notification-toast:visible', { hasText: text })

async function hoverLink(
  page: Page,
  editor: RunningEditor,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  await editor.configure(settings)
  await runCommand(page, 'View: Close All Editors')
  await openFile(page, FILE)
  // A new server asks again what the one before was told.
  await runCommand(page, 'ConceptLens: Restart Server')
  await appears(hint(page, 'repeated', METHOD))
  await hoverOver(page, 'ms', /Mass Spectrometry[^]*chosen by the language model/)
}

async function askWhy(page: Page): Promise<void> {
  const at = await placeOf(page, 'ms')
  await page.mouse.click(at.x, at.y)
  await runCommand(page, 'ConceptLens: Why Is This (Not) Linked?')
  await appears(
    page.locator('.monaco-dialog-box:visible', { hasText: 'language model qwen2.5:3b was asked' }),
  )
}

async function showCost(page: Page): Promise<void> {
  await page.locator('.statusbar-item.right', { hasText: 'ConceptLens' }).first().hover()
  await appears(hover(page, /Language model: \d+ questions?/))
}

async function explainAsked(page: Page): Promise<void> {
  await runCommand(page, 'ConceptLens: Explain Passage')
  const trace = page.frameLocator('iframe.webview.ready').frameLocator('#active-frame')
  await trace.locator('.stage', { hasText: 'generative' }).click()
  await appears(trace.locator('.detail td', { hasText: '92 % Mass Spectrometry' }))
}

async function hoverType(page: Page): Promise<void> {
  await appears(hint(page, 'KLX7', 'cell line'))
  await hoverOver(page, 'klx7', 'no concept is linked')
}

async function breakServer(
  page: Page,
  editor: RunningEditor,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  await editor.configure(settings)
  await appears(toast(page, /does not answer[^]*out of memory/))
  await appears(hint(page, 'repeated', DISEASE))
}

async function askConsent(
  page: Page,
  editor: RunningEditor,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  await runCommand(page, 'Notifications: Clear All Notifications')
  await editor.configure(settings)
  await appears(toast(page, `would be sent to the language model on ${ELSEWHERE}`))
}

/** The question went to the other notifications with Escape, and links did not wait for its answer. */
async function refuse(page: Page): Promise<void> {
  await appears(hint(page, 'repeated', DISEASE))
  await runCommand(page, 'Notifications: Show Notifications')
  const all = page.locator('.notifications-center:visible .monaco-list-row')
  await all.filter({ hasText: 'would be sent' }).getByRole('button', { name: 'Not Now' }).click()
  // Where nothing else is told, the list closes, and the message comes by itself.
  await appears(toast(page, 'you did not allow').or(all.filter({ hasText: 'you did not allow' })))
  await appears(hint(page, 'repeated', DISEASE))
}
