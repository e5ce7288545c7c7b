import { commands, window, type Disposable, type Uri } from 'vscode'
import { CLIENT_COMMANDS } from '../../protocol/index.ts'
import type { Alignment } from '../alignment/index.ts'
import { WALKTHROUGH } from '../greeting.ts'
import type { Host } from '../host.ts'
import type { KnowledgeBases } from '../knowledgeBases/index.ts'
import type { Performance } from '../performance.ts'
import type { UmlsKey } from '../umlsKey.ts'
import { chooseConcept } from './chooseConcept.ts'
import { notConcept, undoDecision } from './decide.ts'
import { createPassagePage } from './explainPassage.ts'
import { exportBioc } from './exportBioc.ts'
import { linkDocument } from './linkDocument.ts'
import { menu, toggle } from './toggle.ts'
import { why } from './why.ts'

type Command = (argument?: unknown) => unknown

/** Registers every command that package.json contributes. A failing command says so and points to the log. */
export function registerCommands(
  host: Host,
  extension: Uri,
  others: Alignment['commands'] & KnowledgeBases['commands'] & UmlsKey['commands'] & Performance['commands'],
): Disposable[] {
  const table: Record<keyof typeof CLIENT_COMMANDS, Command> = {
    linkDocument: (argument) => linkDocument(host, argument),
    exportBioc: (argument) => exportBioc(host, argument),
    why: (argument) => why(host, argument),
    explainPassage: createPassagePage(host, extension),
    chooseConcept: (argument) => chooseConcept(host, argument),
    notConceptHere: (argument) => notConcept(host, 'here', argument),
    notConceptEverywhere: (argument) => notConcept(host, 'document', argument),
    linkSelection: (argument) => chooseConcept(host, argument),
    undoDecision: (argument) => undoDecision(host, argument),
    toggle: () => toggle(),
    menu: () => menu(host),
    showLog: () => host.log.show(),
    restartServer: () => host.restart(),
    getStarted: () => commands.executeCommand('workbench.action.openWalkthrough', WALKTHROUGH, false),
    ...others,
  }
  return Object.entries(table).map(([key, run]) =>
    commands.registerCommand(CLIENT_COMMANDS[key as keyof typeof CLIENT_COMMANDS], guarded(host, key, run)),
  )
}

function guarded(host: Host, name: string, run: Command): Command {
  return async (argument) => {
    try {
      return await run(argument)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      host.log.error(`${name}: ${message}`)
      void window.showErrorMessage(`ConceptLens: ${message} "ConceptLens: Show Log" has more.`)
      return undefined
    }
  }
}
