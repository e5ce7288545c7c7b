import { ConceptLensError } from '../../core/index.ts'
import { isLoopbackHost } from '../loopback.ts'

/** Where a language model is asked. */
export interface ServerAddress {
  /** Up to and with the version, without a slash at the end: `http://127.0.0.1:11434/v1`. */
  readonly base: string
  /** As the list of allowed hosts has it: `lab-server.example.org`. */
  readonly host: string
  /** What is sent there stays on this machine. */
  readonly isLoopback: boolean
}

/**
 * Reads the address of an OpenAI-compatible server; without a path `/v1` is meant. Addresses of this machine are always
 * allowed, other hosts only when the person named them.
 * @throws ConceptLensError `lm-address`, `lm-host-not-allowed`
 */
export function readServerAddress(text: string, allowedHosts: readonly string[]): ServerAddress {
  const url = parse(text.trim())
  const isLoopback = isLoopbackHost(url.hostname)
  const allowed = new Set(allowedHosts.map((host) => host.trim().toLowerCase()))
  if (!isLoopback && !allowed.has(url.hostname))
    throw new ConceptLensError(
      'lm-host-not-allowed',
      `${url.origin} is another machine, and text of your manuscripts would be sent to it. Allowed are addresses of this machine (127.0.0.1, localhost, [::1])${
        allowed.size === 0 ? '' : ` and ${[...allowed].join(', ')}`
      }. If you want this, add ${url.hostname} to conceptLens.languageModel.allowedHosts in your user settings (--lm-host on the command line).`,
    )
  const path = url.pathname.replace(/\/+$/, '')
  return { base: `${url.origin}${path === '' ? '/v1' : path}`, host: url.hostname, isLoopback }
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const problem = !url
    ? 'it is no address'
    : url.protocol !== 'http:' && url.protocol !== 'https:'
      ? `it begins with ${url.protocol}`
      : url.username !== '' || url.password !== ''
        ? 'it holds a user name or a password'
        : url.search !== '' || url.hash !== ''
          ? 'it has something after a ? or #'
          : undefined
  if (url && problem === undefined) return url
  throw new ConceptLensError(
    'lm-address',
    `${url?.username ? 'The address' : `"${text}"`} cannot be used for a language model: ${problem}. Give http or https, a host, a port, and a path if the server has one, for example http://127.0.0.1:11434/v1.`,
  )
}
