import { homedir } from 'node:os'
import { join } from 'node:path'

/** The user's folder for what can be fetched again, as each platform has it. */
export function userCacheFolder(environment: NodeJS.ProcessEnv): string {
  return join(platformCache(environment), 'conceptlens')
}

function platformCache({ XDG_CACHE_HOME, LOCALAPPDATA }: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32') return LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches')
  return XDG_CACHE_HOME ?? join(homedir(), '.cache')
}
