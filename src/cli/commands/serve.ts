import { spawn } from 'node:child_process'
import type { Command } from 'commander'
import { resources } from '../resources.ts'

/** `serve --stdio`: the language server for any editor, in a process of its own with this one's streams. */
export function addServeCommand(program: Command, finish: (status: number) => void): void {
  program
    .command('serve')
    .description('the language server, for any editor')
    .requiredOption('--stdio', 'speak LSP on stdin and stdout')
    .action(async () => {
      const child = spawn(process.execPath, [resources.serverScript, '--stdio'], { stdio: 'inherit' })
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
      finish(await new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1))))
    })
}
