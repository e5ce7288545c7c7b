import { CancelledError, ConceptLensError } from '../core/index.ts'
import type { HttpAnswer } from './http.ts'

const LONGEST_PAUSE_MS = 60_000

/** An answer that is no file. */
export class StatusError extends Error {
  readonly status: number
  readonly retryAfter: string | undefined

  constructor({ status, headers }: Pick<HttpAnswer, 'status' | 'headers'>) {
    super(`the server answers with status ${status}`)
    this.status = status
    this.retryAfter = headers['retry-after']
  }

  /** The server is there, and has no such file. */
  get isUnknownFile(): boolean {
    return this.status === 404 || this.status === 410
  }
}

/** Codes of our own errors that another try may mend. */
const PASSING = new Set(['download-cut', 'download-broken-range', 'download-replaced'])

/** Whether another try would fail alike. */
export function isLasting(error: unknown): boolean {
  if (error instanceof CancelledError) return true
  if (error instanceof ConceptLensError) return !PASSING.has(error.code)
  if (error instanceof StatusError) return ![408, 425, 429].includes(error.status) && error.status < 500
  const code = codeOf(error)
  return code.startsWith('ERR_INVALID') || isCertificateCode(code) || isDiskCode(code)
}

/** How long a server asks us to wait, in milliseconds, at most a minute; `undefined` when it does not. */
export function retryAfterMs(error: unknown): number | undefined {
  const header = error instanceof StatusError ? error.retryAfter : undefined
  if (header === undefined) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_PAUSE_MS)
}

/** What went wrong with an address, with what to do; our own errors and cancelling as they are. */
export function asFailure(url: string, error: unknown): unknown {
  if (error instanceof CancelledError) return error
  if (error instanceof ConceptLensError && !PASSING.has(error.code)) return error
  const code = codeOf(error)
  const reason = error instanceof Error ? error.message.replace(/[.]$/, '') : String(error)
  return new ConceptLensError(
    codeFor(code),
    `${withoutQuery(url)} could not be downloaded: ${reason}${code === '' ? '' : ` (${code})`}. ${adviceFor(code)}`,
    { cause: error },
  )
}

function codeFor(code: string): string {
  return isDiskCode(code) ? 'download-not-written' : 'download-failed'
}

function adviceFor(code: string): string {
  if (isDiskCode(code))
    return 'Free some space or choose another folder, and try again; what has come is kept.'
  if (isCertificateCode(code))
    return "The certificate is not trusted: does a company's proxy stand between? Set NODE_EXTRA_CA_CERTS to its certificate."
  return 'Check the network and the proxy settings, and try again; what has come is kept.'
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

const isDiskCode = (code: string): boolean => ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM'].includes(code)

const isCertificateCode = (code: string): boolean =>
  /CERT|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)|ALTNAME/.test(code)

/** Keys may stand in a query; they are for nobody's log. */
function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/, '')
}
