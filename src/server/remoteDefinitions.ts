import { join } from 'node:path'
import {
  createHttp,
  createUmlsDefinitions,
  userCacheFolder,
  type Http,
  type UmlsDefinitions,
} from '../network/index.ts'
import type { UmlsParams } from '../protocol/index.ts'
import type { Messages, RemoteDefinitions } from './ports.ts'

/** Where editors without a store for secrets, and the command line, find the key. */
export const KEY_VARIABLE = 'CONCEPTLENS_UTS_KEY'

/** Definitions from the UMLS with the key that the client stores, else that of the environment; without a key there are none. */
export function createRemoteDefinitions(
  messages: Messages,
  environment: NodeJS.ProcessEnv,
  service?: string,
): RemoteDefinitions {
  let params: UmlsParams = {
    cacheFolder: join(userCacheFolder(environment), 'definitions'),
    network: { strictSsl: true },
  }
  /** Made when it is first needed, so that nobody pays for what nobody uses. */
  let open: { readonly http: Http; readonly umls: UmlsDefinitions } | undefined

  function connect(): UmlsDefinitions | undefined {
    const key = params.key ?? environment[KEY_VARIABLE]
    if (!key) return undefined
    if (!open) {
      const http = createHttp(params.network)
      const umls = createUmlsDefinitions({
        ...{ http, key, cacheFolder: params.cacheFolder },
        onTrouble: (message) => messages.show('warning', message),
        ...(service === undefined ? {} : { service }),
      })
      open = { http, umls }
    }
    return open.umls
  }

  async function close(): Promise<void> {
    const closing = open
    open = undefined
    await closing?.http.close()
  }

  return {
    configure(next) {
      params = next
      void close()
    },
    of: async (cui) => connect()?.of(cui),
    close,
  }
}
