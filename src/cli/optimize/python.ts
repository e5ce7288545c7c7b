import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { CancelledError, ConceptLensError } from '../../core/index.ts'

/** What the recipe's module ends with when packages are missing; the same as `needs.py` has. */
const PACKAGES_MISSING = 3
/** Of a shell: ended by Ctrl+C. */
const INTERRUPTED = 130

/** A module of the recipe to run. */
export interface PythonRun {
  /** The interpreter: a name on the path, or a file. */
  readonly python: string
  /** The folder that holds the package `conceptlens_recipe`. */
  readonly recipe: string
  readonly module: string
  readonly args: readonly string[]
}

/**
 * Runs a module of the recipe with its output on this process's, and waits for it.
 * @returns its exit status, 0 or 1.
 * @throws ConceptLensError `recipe-missing`, `python-missing`, `python-packages-missing` or `usage`; CancelledError.
 */
export async function runPython({ python, recipe, module, args }: PythonRun): Promise<number> {
  if (!existsSync(join(recipe, 'conceptlens_recipe')))
    throw new ConceptLensError(
      'recipe-missing',
      `${recipe} does not hold the recipe, whose Python does the search. Run this from a checkout of ConceptLens, or name the folder models/recipe of one with --recipe.`,
    )
  // The module ends itself when its standard input does: nothing goes on when this process is killed.
  const child = spawn(python, ['-m', module, ...args], {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { ...process.env, PYTHONPATH: withRecipe(recipe), PYTHONUNBUFFERED: '1' },
  })
  // The terminal sends Ctrl+C to both; this one waits for the other to put its things in order.
  const wait = () => undefined
  process.on('SIGINT', wait)
  try {
    return statusOf(await ended(child, python))
  } finally {
    process.off('SIGINT', wait)
  }
}

function withRecipe(recipe: string): string {
  const before = process.env['PYTHONPATH']
  const separator = process.platform === 'win32' ? ';' : ':'
  return before === undefined || before === '' ? recipe : `${recipe}${separator}${before}`
}

function ended(child: ReturnType<typeof spawn>, python: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      reject(
        new ConceptLensError(
          'python-missing',
          `${python} cannot be started (${cause.message}). The search is done in Python: install Python 3.11 or later, or name one with --python.`,
          { cause },
        ),
      )
    })
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? INTERRUPTED : 1)))
  })
}

function statusOf(code: number): number {
  if (code === PACKAGES_MISSING)
    throw new ConceptLensError('python-packages-missing', 'The search cannot begin without these packages.')
  if (code === INTERRUPTED) throw new CancelledError()
  return code
}
