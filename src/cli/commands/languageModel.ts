import type { Command } from 'commander'
import type { CancellationToken } from '../../core/index.ts'
import type { Completion, LanguageModelServer } from '../../network/index.ts'
import {
  addLanguageModelOptions,
  openLanguageModel,
  type LanguageModelOptions,
} from '../openLanguageModel.ts'
import { writeOut } from '../output.ts'
import { interruptToken } from '../terminal.ts'

/** `lm`: whether a server with a language model can be used. */
export function addLanguageModelCommand(program: Command): void {
  const command = program
    .command('lm')
    .description(
      'try a server with a language model: its models, a question, and whether it tells probabilities',
    )
  addLanguageModelOptions(command).action(run)
}

async function run(options: LanguageModelOptions): Promise<void> {
  const token = interruptToken()
  const server = openLanguageModel(options)
  try {
    const models = await server.models(token)
    writeOut(`${server.address.base} has ${models.length === 0 ? 'no models' : models.join(', ')}\n`)
    await tryOut(server, token)
  } finally {
    await server.close()
  }
}

/** Nobody's text: a question whose answer everybody knows. */
const QUESTION =
  'Which of these is a disease?\nA. chair\nB. asthma\nC. None of the above\nAnswer with the letter alone.'

async function tryOut(server: LanguageModelServer, token: CancellationToken): Promise<void> {
  const startMs = performance.now()
  const messages = [{ role: 'user' as const, content: QUESTION }]
  const answer = await server.chat({ messages, maxTokens: 1, nAlternatives: 20, thinking: 'off' }, token)
  const seconds = ((performance.now() - startMs) / 1000).toFixed(2)
  const { promptTokens, completionTokens } = answer.usage
  writeOut(
    `Asked for a letter of A, B, C: ${JSON.stringify(answer.text)} after ${seconds} s, ${promptTokens} tokens read, ${completionTokens} written\n${probabilitiesOf(answer)}\n`,
  )
}

function probabilitiesOf({ tokens }: Completion): string {
  const alternatives = tokens?.[0]?.alternatives ?? []
  if (alternatives.length === 0)
    return 'It tells no probabilities: an answer is the letter alone, which is neither sure nor unsure.'
  const shown = alternatives
    .slice(0, 5)
    .map(({ token, logProbability }) => `${JSON.stringify(token)} ${Math.exp(logProbability).toFixed(3)}`)
  return `It tells probabilities: ${shown.join(', ')}`
}
