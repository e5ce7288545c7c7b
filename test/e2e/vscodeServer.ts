/**
 * A real VS Code for the suite: `code-server` (VS Code as a server) from the npm registry, run by a Node 24 that comes
 * from the registry too. Installed once into a cache outside the tree, because the repository's own Node is older.
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { run } from './commands.ts'

const codeServerVersion = '4.139.1'
const nodeMajor = 24

export interface VscodeServer {
  /** The Node that runs it. */
  readonly node: string
  /** The script that starts it. */
  readonly entry: string
}

/** Where downloaded tools are kept between runs. */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'conceptlens')
}

/** Installs the server unless the cache has it. Needs the npm registry, and a C++ compiler for one native module. */
export async function prepareVscodeServer(log: (message: string) => void): Promise<VscodeServer> {
  const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const folder = join(cacheFolder(), `vscode-server-${codeServerVersion}`)
  const server: VscodeServer = {
    node: join(folder, 'node_modules', nodePackage, 'bin', 'node'),
    entry: join(folder, 'node_modules', 'code-server', 'out', 'node', 'entry.js'),
  }
  const marker = join(folder, 'ready.json')
  if (existsSync(marker)) return server
  log(`installing VS Code's server (code-server ${codeServerVersion}) into ${folder}, once`)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n')
  await npm(
    ['install', '--ignore-scripts', `code-server@${codeServerVersion}`, `${nodePackage}@${nodeMajor}`],
    folder,
  )
  const vscode = join(folder, 'node_modules', 'code-server', 'lib', 'vscode')
  const withNode = { PATH: `${dirname(server.node)}:${process.env['PATH'] ?? ''}` }
  await npm(['install', '--omit=dev', '--ignore-scripts'], vscode, withNode)
  await buildLoggingModule(vscode, withNode)
  await writeFile(marker, JSON.stringify({ codeServerVersion, nodeMajor }))
  return server
}

/** The extension host does not start without its native logger; kerberos and the other native modules can be missing. */
async function buildLoggingModule(vscode: string, env: NodeJS.ProcessEnv): Promise<void> {
  await ensureCompiler()
  const headers = await nodeHeaders()
  const nodedir = headers === undefined ? {} : { npm_config_nodedir: headers }
  await npm(['rebuild', '--ignore-scripts=false', '@vscode/spdlog'], vscode, { ...env, ...nodedir })
  const built = join(vscode, 'node_modules', '@vscode', 'spdlog', 'build', 'Release', 'spdlog.node')
  if (!existsSync(built)) throw new Error(`npm rebuild @vscode/spdlog made no ${built}`)
}

async function ensureCompiler(): Promise<void> {
  try {
    await run('sh', ['-c', 'command -v g++ && command -v make && command -v python3'])
  } catch {
    await aptInstall(['g++', 'make', 'python3'])
  }
}

/** Installs Debian packages as root; anybody else is told the one command that does. */
export async function aptInstall(packages: readonly string[]): Promise<void> {
  const command = `sudo apt-get update && sudo apt-get install -y ${packages.join(' ')}`
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (!mayInstall)
    throw new Error(`The suite in VS Code needs ${packages.join(', ')}. Install with: ${command}`)
  await run('apt-get', ['update', '-qq'])
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages])
}

/** Node's C headers on this machine, if any (the module uses Node-API, so any recent ones do); else node-gyp downloads them. */
async function nodeHeaders(): Promise<string | undefined> {
  const prefixes = [join(dirname(process.execPath), '..'), '/usr', '/usr/local']
  for (const prefix of prefixes) {
    const version = await readFile(join(prefix, 'include', 'node', 'node_version.h'), 'utf8').catch(
      () => undefined,
    )
    if (version !== undefined) return prefix
  }
  return undefined
}

function npm(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const script = process.env['npm_execpath']
  const [command, first] = script === undefined ? ['npm', []] : [process.execPath, [script]]
  return run(command, [...first, ...args, '--no-audit', '--no-fund', '--no-engine-strict'], {
    cwd,
    env: { ...withoutNpmConfig(process.env), ...env },
  })
}

/** The settings of the npm that runs this script (its project, its ignore-scripts) are not meant for the one it starts. */
function withoutNpmConfig(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own =
    /^npm_(package|lifecycle|command)|^npm_config_(ignore_scripts|engine_strict|local_prefix|prefix)$/i
  return Object.fromEntries(Object.entries(env).filter(([key]) => !own.test(key)))
}
