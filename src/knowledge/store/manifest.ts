import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { ConceptLensError } from '../../core/index.ts'
import { FILES, FORMAT_VERSION, MANIFEST_FILE, manifestSchema, type Manifest } from './format.ts'

/** Reads and checks the manifest of a store; one message per cause. */
export function readManifest(dir: string): Manifest {
  const found = parsed(dir, textOf(dir))
  const version = v.safeParse(
    v.object({ format: v.literal('conceptlens-kb'), formatVersion: v.number() }),
    found,
  )
  if (!version.success)
    throw new ConceptLensError(
      'kb-not-a-store',
      `${dir} is not a knowledge base: its ${MANIFEST_FILE} is of another kind.`,
    )
  if (version.output.formatVersion !== FORMAT_VERSION)
    throw new ConceptLensError(
      'kb-other-version',
      `The knowledge base ${dir} has format version ${String(version.output.formatVersion)}; this program reads version ${String(FORMAT_VERSION)}. Build it again with "kb import".`,
    )
  const result = v.safeParse(manifestSchema, found)
  if (!result.success) throw damagedManifest(dir, result.issues[0].message)
  const missing = Object.values(FILES).find((file) => !result.output.files[file])
  if (missing) throw damagedManifest(dir, `it does not list ${missing}`)
  return result.output
}

function textOf(dir: string): string {
  try {
    return readFileSync(join(dir, MANIFEST_FILE), 'utf8')
  } catch (cause) {
    throw new ConceptLensError(
      'kb-not-found',
      `There is no knowledge base in ${dir}: ${MANIFEST_FILE} cannot be read. Build one with "kb import SOURCE --out ${dir}".`,
      { cause },
    )
  }
}

function parsed(dir: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw damagedManifest(dir, error instanceof Error ? error.message : String(error))
  }
}

function damagedManifest(dir: string, found: string): ConceptLensError {
  return new ConceptLensError(
    'kb-damaged',
    `The knowledge base ${dir} is damaged: its ${MANIFEST_FILE} cannot be used (${found}). Build it again with "kb import".`,
  )
}
