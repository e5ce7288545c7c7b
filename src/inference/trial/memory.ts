import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import type { Machine, Trial } from './trial.ts'
import { TrialSchema } from './trial.ts'

/** What was found earlier with this model on this machine; `undefined` when nothing was, or it cannot be read. */
export async function recallTrial(
  folder: string,
  machine: Machine,
  fingerprint: string,
): Promise<Trial | undefined> {
  try {
    const text = await readFile(fileOf(folder, machine, fingerprint), 'utf8')
    const found = v.safeParse(TrialSchema, JSON.parse(text))
    return found.success ? found.output : undefined
  } catch {
    return undefined
  }
}

/** Keeps a trial: whole, or not at all. */
export async function rememberTrial(folder: string, trial: Trial): Promise<void> {
  const file = fileOf(folder, trial.machine, trial.model.fingerprint)
  const part = `${file}.${process.pid}.part`
  await mkdir(folder, { recursive: true })
  await writeFile(part, `${JSON.stringify(trial, undefined, 2)}\n`)
  await rename(part, file)
}

/** A new driver, card, processor, model or version of ONNX Runtime makes another file. */
function fileOf(folder: string, machine: Machine, fingerprint: string): string {
  const key = createHash('sha256').update(JSON.stringify(machine)).digest('hex').slice(0, 16)
  return join(folder, `${fingerprint}-${key}.json`)
}
