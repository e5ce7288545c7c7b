import { execFileSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where tests keep what they fetch, outside the tree: `$XDG_CACHE_HOME/conceptlens`, else `~/.cache/conceptlens`. */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'conceptlens')
}

/** Runs a program and gives its output; fails with the command that mends it when the program is not there. */
export function runTool(
  program: string,
  args: readonly string[],
  { mend, input = '' }: { mend: string; input?: string },
): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', input, stdio: 'pipe', maxBuffer: 2 ** 28 })
  } catch (error) {
    if (isMissing(error)) throw new Error(`${program} is not installed. Run: ${mend}`, { cause: error })
    throw error
  }
}

/** Installs a Debian package when its program is missing and we may (as root); else running the program says what to do. */
export function provideDebianTool(program: string, debianPackage: string): void {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
  } catch (error) {
    if (!isMissing(error) || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
    execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore' })
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', debianPackage], {
      stdio: 'ignore',
    })
  }
}

/**
 * A Python that has one package from PyPI, in a virtual environment of its own that is made at the first call.
 * Fails with the command that mends it.
 */
export function pythonWith(requirement: string): string {
  const folder = join(cacheFolder(), `python-${requirement.replace(/[^\w.]+/g, '-')}`)
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  if (existsSync(python) && isReady(python, requirement)) return python
  const mend = 'apt-get install -y python3 python3-venv'
  try {
    runTool('python3', ['-m', 'venv', folder], { mend })
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw new Error(`No virtual environment can be made. Run: ${mend}`, { cause: error })
  }
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', requirement]
  try {
    runTool(python, pip, { mend })
  } catch (error) {
    throw new Error(`${requirement} cannot be installed. Run: ${python} ${pip.join(' ')}`, { cause: error })
  }
  return python
}

function isReady(python: string, requirement: string): boolean {
  const module = requirement.replace(/[=<>~!].*$/, '')
  try {
    execFileSync(python, ['-c', `import ${module}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
