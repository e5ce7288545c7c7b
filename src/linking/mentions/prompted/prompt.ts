/** What a language model is asked: instructions, and the passage. */
export interface ExtractionPrompt {
  readonly system: string
  readonly user: string
}

/**
 * Asks for mentions of types as JSON. Types, form of the answer and the passage stand apart, and nothing of the passage is said twice.
 * @param types as people name them: `Disease`, `cell line`
 */
export function extractionPrompt(passage: string, types: readonly string[]): ExtractionPrompt {
  const named = types.map((type) => `"${type}"`).join(', ')
  const system = [
    'You find mentions in passages of biomedical papers.',
    `Types of mentions: ${named}.`,
    'Answer with a JSON list and nothing else: one object {"text": …, "type": …} for every mention, in the order in which they stand in the passage.',
    '"text" is copied from the passage letter by letter, "type" is one of the types above. A mention that stands there several times is listed as often.',
    'Without mentions the answer is [].',
  ].join('\n')
  return { system, user: `Passage:\n${passage}` }
}
