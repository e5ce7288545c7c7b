import type { NetworkSettings } from '../../protocol/index.ts'
import type { TaskOptions } from './runTask.ts'

/** The part of VS Code's settings that says how to reach the network, as under `http`. */
export interface HttpSettings {
  readonly proxy: string
  readonly noProxy: readonly string[]
  /** `off`: no proxy at all. */
  readonly proxySupport: string
  readonly proxyStrictSSL: boolean
}

const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy']
const EXCEPTION_VARIABLES = ['NO_PROXY', 'no_proxy']

/** Reads the settings under `http`; what VS Code does not know of gets its default. */
export function readHttpSettings(get: <T>(key: string, defaultValue: T) => T): HttpSettings {
  return {
    proxy: get('proxy', ''),
    noProxy: get<readonly string[]>('noProxy', []),
    proxySupport: get('proxySupport', 'override'),
    proxyStrictSSL: get('proxyStrictSSL', true),
  }
}

/**
 * What a task is started with so that it reaches the network as VS Code does. The proxy goes into the environment, since
 * it may hold a password and arguments can be seen by others; without a setting the environment stays as it is.
 */
export function networkOptions({
  proxy,
  noProxy,
  proxySupport,
  proxyStrictSSL,
}: HttpSettings): Pick<TaskOptions, 'args' | 'environment'> {
  const all = (names: readonly string[], value: string | undefined): Record<string, string | undefined> =>
    Object.fromEntries(names.map((name) => [name, value]))
  const environment = {
    ...(proxySupport === 'off' ? all(PROXY_VARIABLES, undefined) : {}),
    ...(proxySupport !== 'off' && proxy !== '' ? all(PROXY_VARIABLES, proxy) : {}),
    ...(noProxy.length > 0 ? all(EXCEPTION_VARIABLES, noProxy.join(',')) : {}),
  }
  return { args: proxyStrictSSL ? [] : ['--no-strict-ssl'], environment }
}

/** The same for the language server, which is told in a message. */
export function serverNetwork({
  proxy,
  noProxy,
  proxySupport,
  proxyStrictSSL,
}: HttpSettings): NetworkSettings {
  if (proxySupport === 'off') return { noProxy: '*', strictSsl: proxyStrictSSL }
  return {
    ...(proxy === '' ? {} : { proxy }),
    ...(noProxy.length === 0 ? {} : { noProxy: noProxy.join(',') }),
    strictSsl: proxyStrictSSL,
  }
}
