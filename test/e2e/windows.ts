import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { mergeResults, REQUEST_FILE, resultFile, type SuiteResult } from './companion/companion.ts'
import { alignmentScenes } from './alignment.ts'
import { trusted, type RunningEditor } from './editor.ts'
import { prepareUncertain, withLanguageModelServer } from './generative.ts'
import { answerImports, knowledgeBaseScenes, pressDelete } from './knowledgeBases.ts'
import { performanceScenes } from './performance.ts'
import { pipelineScenes } from './pipelines.ts'
import { photograph, type Scene } from './pictures.ts'
import { walkthroughGreets } from './walkthrough.ts'
import { closeWindow, openWindow, PATIENCE_MS, runCommand, wearTheme } from './page.ts'

const sample = join(import.meta.dirname, '..', '..', 'media', 'sample')
const SUITE_TIMEOUT_MS = 600_000

/** A window that tests run in. */
export interface TestWindow {
  /** The suites `suite/NAME.window.ts` that run inside its extension host; the window is reloaded between them. */
  readonly suites: readonly string[]
  /** Settings of the user, beside those that keep VS Code quiet. */
  readonly settings: Readonly<Record<string, unknown>>
  /** What is on the screen when the suites are through. */
  readonly scene?: Scene
  /** What a person then brings to the screen, in both themes. */
  readonly scenes?: readonly Scene[]
  /** Does with the mouse, now and then while a suite runs, what no command can. */
  readonly tend?: ((page: Page) => Promise<void>) | undefined
  /** Starts what the window needs around it before it is opened. */
  readonly around?: () => Promise<Surroundings>
  /** Makes what the window opens below a folder: a folder, or a `.code-workspace` file. */
  readonly prepare: (home: string) => Promise<string>
}

/** What runs beside a window while it is open. */
export interface Surroundings {
  /** Settings that lead to it, beside those of the window. */
  readonly settings: Readonly<Record<string, unknown>>
  /** What a person sees because of it, after the scenes of the window. */
  readonly scenes: readonly Scene[]
  stop(): Promise<void>
}

/** All windows, in the order they are opened in. The first one installs the extension. */
export const windows: readonly TestWindow[] = [
  {
    suites: ['install'],
    settings: { ...trusted, 'workbench.welcomePage.walkthroughs.openOnInstall': true },
    scene: ['walkthrough on first start', walkthroughGreets],
    prepare: prepareSample,
  },
  { suites: ['workspace'], settings: trusted, prepare: prepareSample },
  { suites: ['beforeReload', 'afterReload'], settings: trusted, prepare: prepareSample },
  {
    suites: ['knowledgeBases'],
    settings: trusted,
    scenes: knowledgeBaseScenes,
    tend: pressDelete,
    prepare: prepareSample,
  },
  { suites: ['alignment'], settings: trusted, scenes: alignmentScenes, prepare: prepareSample },
  { suites: ['performance'], settings: trusted, scenes: performanceScenes, prepare: prepareSample },
  {
    suites: ['pipelines'],
    // What is typed is saved at once: closing editors asks nothing.
    settings: { ...trusted, 'files.autoSave': 'afterDelay', 'files.autoSaveDelay': 100 },
    scenes: pipelineScenes,
    prepare: prepareDescribed,
  },
  { suites: ['generative'], settings: trusted, around: withLanguageModelServer, prepare: prepareUncertain },
  {
    suites: ['interruptedImport', 'afterInterruption'],
    settings: trusted,
    tend: answerImports,
    prepare: prepareSample,
  },
  { suites: ['restricted'], settings: {}, prepare: prepareRestricted },
  { suites: ['multiRoot'], settings: trusted, prepare: prepareMultiRoot },
]

/** The sample manuscripts in a folder. */
export async function prepareSample(home: string): Promise<string> {
  const folder = join(home, 'workspace')
  await cp(sample, folder, { recursive: true })
  return folder
}

/** The sample with a description of its pipeline. */
async function prepareDescribed(home: string): Promise<string> {
  const folder = await prepareSample(home)
  await writeFile(join(folder, 'conceptlens.pipeline.yaml'), 'extends: default\n')
  return folder
}

/** A folder whose settings name a knowledge base and a model of its own, which are not there. */
async function prepareRestricted(home: string): Promise<string> {
  const folder = join(home, 'restricted')
  await cp(sample, folder, { recursive: true })
  await writeJson(join(folder, '.vscode', 'settings.json'), {
    'conceptLens.knowledgeBase.path': join(folder, 'kb'),
    'conceptLens.knowledgeBase.extra': [join(folder, 'names.csv')],
    'conceptLens.model.path': join(folder, 'model'),
    'conceptLens.engine.provider': 'cuda',
    'conceptLens.engine.processes': 64,
    'conceptLens.inlayHints.label': 'name',
  })
  return folder
}

async function prepareMultiRoot(home: string): Promise<string> {
  const folder = join(home, 'multi')
  const names = ['first', 'second']
  for (const name of names) await cp(sample, join(folder, name), { recursive: true })
  const file = join(folder, 'both.code-workspace')
  await writeJson(file, { folders: names.map((path) => ({ path })), settings: {} })
  return file
}

/**
 * What a suite says whose window has not got the folders of its workspace's file: VS Code's server may start the extension host
 * before it has read that file, and at times never tells it. Such a window is loaded once more.
 */
const NO_FOLDERS = 'two folders: not within'

/** Opens a window with what it needs around it, runs its suites in its extension host, one after the other, and shows its scenes. */
export async function runWindow(
  editor: RunningEditor,
  window: TestWindow,
  home: string,
): Promise<SuiteResult> {
  const around = await window.around?.()
  try {
    await editor.configure({ ...window.settings, ...around?.settings })
    const scenes = [...(window.scenes ?? []), ...(around?.scenes ?? [])]
    return await runOpened(editor, { ...window, scenes }, home)
  } finally {
    await around?.stop()
  }
}

async function runOpened(
  editor: RunningEditor,
  { suites, scene, scenes = [], tend, prepare }: TestWindow,
  home: string,
): Promise<SuiteResult> {
  const path = await prepare(home)
  const results: SuiteResult[] = []
  let page: Page | undefined
  for (const suite of suites) {
    await writeJson(join(home, REQUEST_FILE), { suite })
    if (page === undefined) page = await openWindow(editor, path)
    else await reload(page)
    const running = { page, tend, outFolder: editor.outFolder }
    let result = await resultOf(suite, home, running)
    if (result.failed.some(({ error }) => error.includes(NO_FOLDERS))) {
      await rm(join(home, resultFile(suite)))
      await writeJson(join(home, REQUEST_FILE), { suite })
      await reload(page)
      result = await resultOf(suite, home, running)
    }
    results.push(result)
  }
  if (page && scene) results.push(await photograph(page, scene, editor, 'light'))
  for (const theme of page && scenes.length > 0 ? (['light', 'dark'] as const) : []) {
    await wearTheme(page!, theme)
    for (const one of scenes) results.push(await photograph(page!, one, editor, theme))
  }
  if (page) await closeWindow(page)
  return mergeResults(results)
}

async function reload(page: Page): Promise<void> {
  const loaded = page.waitForEvent('load', { timeout: PATIENCE_MS })
  await runCommand(page, 'Developer: Reload Window')
  await loaded
}

interface Running extends Pick<TestWindow, 'tend'> {
  readonly page: Page
  readonly outFolder: string
}

async function resultOf(
  suite: string,
  home: string,
  { page, tend, outFolder }: Running,
): Promise<SuiteResult> {
  const deadlineMs = Date.now() + SUITE_TIMEOUT_MS
  while (Date.now() < deadlineMs) {
    const text = await readFile(join(home, resultFile(suite)), 'utf8').catch(() => undefined)
    if (text !== undefined) return JSON.parse(text) as SuiteResult
    await tend?.(page)
    await delay(500)
  }
  const picture = join(outFolder, `stuck-${suite}.png`)
  await page.screenshot({ path: picture })
  throw new Error(`The suite ${suite} gave no result within ten minutes; see ${picture}`)
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(`${file}.part`, JSON.stringify(value, undefined, 2))
  await rename(`${file}.part`, file)
}
