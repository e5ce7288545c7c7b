import { LSPErrorCodes, ResponseError, type CancellationToken, type Connection } from 'vscode-languageserver'
import { CancelledError, ConceptLensError } from '../../core/index.ts'
import {
  SERVER_COMMANDS,
  type DecideParams,
  type DocumentParams,
  type ParamsOf,
  type RequestMethod,
  type ResultOf,
} from '../../protocol/index.ts'
import type { Session } from '../session.ts'
import { candidates, search } from './candidates.ts'
import { codeActions } from './codeAction.ts'
import { completion } from './completion.ts'
import { decide, undo } from './decide.ts'
import { explain } from './explain.ts'
import { exportDocument } from './exportDocument.ts'
import { hover } from './hover.ts'
import { describeKnowledgeBases } from './knowledgeBases.ts'
import { inlayHints, resolveInlayHint } from './inlayHint.ts'
import { linkDocument } from './linkDocument.ts'
import { performanceReport } from './performance.ts'
import { trace } from './trace.ts'

/** One handler per request of our own. */
type Handlers = {
  readonly [M in RequestMethod]: (
    params: ParamsOf<M>,
    token: CancellationToken,
  ) => ResultOf<M> | Promise<ResultOf<M>>
}

/** Connects every request of the protocol with its handler. */
export function registerHandlers(connection: Connection, session: Session): void {
  connection.onHover((params) => hover(session, params))
  connection.onCompletion((params) => completion(session, params))
  connection.onCodeAction((params) => codeActions(session, params))
  connection.languages.inlayHint.on((params) => inlayHints(session, params))
  connection.languages.inlayHint.resolve((hint) => resolveInlayHint(session, hint))
  connection.onExecuteCommand(({ command, arguments: [argument] = [] }) =>
    answer(() => execute(session, command, argument)),
  )
  const handlers: Handlers = {
    'conceptLens/linkDocument': (params, token) => linkDocument(session, params, token),
    'conceptLens/explain': (params) => explain(session, params),
    'conceptLens/trace': (params) => trace(session, params),
    'conceptLens/candidates': (params) => candidates(session, params),
    'conceptLens/search': (params, token) => search(session, params, token),
    'conceptLens/decide': (params) => decide(session, params),
    'conceptLens/undo': (params) => undo(session, params),
    'conceptLens/export': (params, token) => exportDocument(session, params, token),
    'conceptLens/performance': (params, token) => performanceReport(session, params, token),
    'conceptLens/info': () => session.info(),
    'conceptLens/knowledgeBases': (params) => describeKnowledgeBases(session, params),
  }
  for (const [method, handler] of Object.entries(handlers)) {
    const handle = handler as (params: unknown, token: CancellationToken) => unknown
    connection.onRequest(method, (params: unknown, token: CancellationToken) =>
      answer(() => handle(params, token)),
    )
  }
}

async function execute(session: Session, command: string, argument: unknown): Promise<unknown> {
  const isDecide = command === SERVER_COMMANDS.decide
  const { done, message } = isDecide
    ? await decide(session, argument as DecideParams)
    : undo(session, argument as DocumentParams)
  if (!done) throw new ConceptLensError('not-decided', message)
  return { done, message }
}

/** The answer, with our errors as errors of the protocol: cancelled, or a message for people. */
async function answer(work: () => unknown): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof CancelledError) return new ResponseError(LSPErrorCodes.RequestCancelled, 'Cancelled')
    if (!(error instanceof ConceptLensError)) throw error
    return new ResponseError(LSPErrorCodes.RequestFailed, error.message, { code: error.code })
  }
}
