/**
 * Asks for mentions of types as JSON: instructions, which are the same for every passage, and the passage. They are one message, as
 * not every model was taught to take instructions apart (Gemma was not).
 * @param types as people name them: `Disease`, `cell line`
 */
export function extractionPrompt(passage: string, types: readonly string[]): string {
  const named = types.map((type) => `"${type}"`).join(', ')
  return [
    'You find mentions in passages of biomedical papers.',
    `Types of mentions: ${named}.`,
    'Answer with a JSON list and nothing else: one object {"text": …, "type": …} for every mention, in the order in which they stand in the passage.',
    '"text" is copied from the passage letter by letter, "type" is one of the types above. A mention that stands there several times is listed as often.',
    'Without mentions the answer is [].',
    '',
    `Passage:\n${passage}`,
  ].join('\n')
}
