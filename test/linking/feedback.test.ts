import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  CancelledError,
  NO_USAGE,
  type LanguageModel,
  type LanguageModelUsage,
} from '../../src/core/index.ts'
import { createLinker, type Linker, type RemoteLookUp } from '../../src/linking/index.ts'
import type { Pipeline } from '../../src/pipeline/index.ts'
import { asking, engine, KB, linkOf, logger, parse, TEXT, warnings } from '../support/feedback.ts'
import { knowledgeBaseOf } from '../support/knowledgeBase.ts'
import { byText, letterModel, optionsOf, type LetterModel } from '../support/letterModel.ts'

/** Chooses what is called this, and knows other names of it, in the lines of an answer. */
const doctor = (wanted: string, names: string): LetterModel =>
  letterModel(
    byText((option) => (option.includes(wanted) ? 90 : 1)),
    (prompt) => (prompt.includes('**coronary attack**') ? names : ''),
  )
const questionsOn = (model: LetterModel, text: string) =>
  model.calls.flat().filter(({ prompt }) => prompt.includes(`**${text}**`))

describe('feedback by a language model', () => {
  beforeEach(() => warnings.splice(0))

  it('brings concepts among the options that no name of the mention leads to', async () => {
    const model = doctor('Myocardial', '1. cardiac infarct\n2. MI\n')
    const plain = await asking(doctor('Myocardial', ''), { askedFeedback: 0 }).link(parse())
    const link = linkOf(await asking(model).link(parse()), 'coronary attack')
    const [best] = link.candidates
    assert.equal(link.chosen, 'H:1')
    assert.equal(link.chosenBy, 'language-model')
    assert.equal(best?.id, 'H:1')
    assert.ok(linkOf(plain, 'coronary attack').chosen !== 'H:1')
    assert.match(model.prompts[0] ?? '', /\*\*coronary attack\*\*[^]*Write 3 other names/)
  })

  it('gives these the scores that they have for the mention itself', async () => {
    const knowledgeBase = knowledgeBaseOf([
      { id: 'T:1', names: ['thrombosis of a vessel', { text: 'heart attack', count: 3 }], groups: ['DISO'] },
      { id: 'T:2', names: ['attack'], groups: ['DISO'] },
    ])
    const layers: Pipeline['candidates']['layers'] = [{ kind: 'exact' }]
    const link = linkOf(
      await asking(doctor('heart attack', 'heart attack'), { knowledgeBase, layers }).link(parse()),
      'coronary attack',
    )
    const [found] = link.candidates
    const [match] = knowledgeBase.similar('coronary attack', 9).filter(({ name }) => name === 'heart attack')
    assert.ok(found && match)
    const { probability, ...candidate } = found
    assert.deepEqual(candidate, {
      ...{ concept: 0, id: 'T:1', matchedName: 'heart attack', matchedKind: 'synonym' },
      ...{ preferredName: 'thrombosis of a vessel', lexicalScore: match.score, denseScore: 0, exact: false },
      ...{
        nameCount: 3,
        conceptCount: 3,
        nMatches: 1,
        officialScore: match.score,
        types: [],
        groups: ['DISO'],
      },
    })
    assert.ok(probability > 0.9 && probability === link.probability)
  })

  it('asks about mentions without any candidate, too, and leaves them when nothing is found', async () => {
    const model = letterModel(
      byText((option) => (option.includes('Pneumonia') ? 90 : 1)),
      (prompt) => (prompt.includes('**zzyzx**') ? 'lung infection' : ''),
    )
    const link = linkOf(await asking(model).link(parse()), 'zzyzx')
    assert.equal(link.chosen, 'H:3')
    assert.equal(link.candidates[0]?.matchedName, 'lung infection')
    assert.equal(link.candidates[0].lexicalScore, 0)
    const layers: Pipeline['candidates']['layers'] = [{ kind: 'exact' }]
    const nothing = letterModel(
      byText(() => 1),
      () => 'qqqq',
    )
    const without = linkOf(await asking(nothing, { layers }).link(parse()), 'zzyzx')
    assert.deepEqual([without.chosen, without.candidates, nothing.prompts.length > 0], [undefined, [], true])
    const off = doctor('', '')
    await asking(off, { askedFeedback: 0 }).link(parse())
    assert.deepEqual([off.prompts, questionsOn(off, 'zzyzx')], [[], []])
  })

  it('asks about these after the uncertain ones when not all may be asked about', async () => {
    const model = doctor('', '')
    await asking(model, { askedAtMost: 2 }).link(parse())
    const asked = model.prompts.map((prompt) => /\*\*(.*)\*\*/.exec(prompt)?.[1])
    assert.deepEqual(asked.toSorted(), ['attack', 'coronary attack'])
  })

  it('keeps to the restriction by type', async () => {
    const model = doctor('Angiography', 'coronary angiography\nlung infection')
    await asking(model, { types: ['DISO'] }).link(parse())
    const options = questionsOn(model, 'coronary attack').flatMap(optionsOf)
    assert.ok(options.some((one) => one.includes('lung infection')))
    assert.ok(!options.some((one) => one.includes('Angiography')))
  })

  it('never shows more than the description says: the best stay, the last give way, each name’s first come first', async () => {
    const many = Array.from({ length: 12 }, (_, i) => ({ id: `C:${i}`, names: [`attack of kind ${i}`] }))
    const knowledgeBase = knowledgeBaseOf([
      ...many,
      { id: 'N:1', names: ['grippe'] },
      { id: 'N:2', names: ['grippe of pigs'] },
      { id: 'N:3', names: ['ague'] },
    ])
    const written = 'grippe\nague'
    const [plain, model] = [doctor('', ''), doctor('', written)]
    const given = { knowledgeBase, candidates: 6 }
    await asking(plain, { ...given, askedFeedback: 0 }).link(parse())
    const linked = await asking(model, given).link(parse())
    const [before, after] = [plain, model].map((one) =>
      questionsOn(one, 'coronary attack').flatMap(optionsOf),
    )
    assert.deepEqual(after, [
      ...(before?.slice(0, 3) ?? []),
      'grippe',
      'ague',
      'grippe of pigs',
      'None of the above',
    ])
    const { candidates } = linkOf(linked, 'coronary attack')
    assert.equal(new Set(candidates.map(({ id }) => id)).size, candidates.length)
    assert.ok(candidates.some(({ id }) => id === before?.[5] || id.startsWith('C:')))
  })

  it('lifts what stands too far down to be shown', async () => {
    const many = Array.from({ length: 8 }, (_, i) => ({ id: `C:${i}`, names: [`coronary attack ${i}`] }))
    const knowledgeBase = knowledgeBaseOf([...many, { id: 'L:1', names: ['attack', 'grippe'] }])
    const model = doctor('attack (', 'grippe')
    const given = { knowledgeBase, candidates: 4 }
    const link = linkOf(await asking(model, given).link(parse()), 'coronary attack')
    const plain = await asking(doctor('', ''), { ...given, askedFeedback: 0 }).link(parse())
    const known = linkOf(plain, 'coronary attack').candidates
    const at = known.findIndex(({ id }) => id === 'L:1')
    assert.ok(at >= 4, `it stands at ${at}`)
    const lifted = link.candidates.find(({ id }) => id === 'L:1')
    assert.ok(lifted && lifted.probability > 0)
    assert.deepEqual({ ...lifted, probability: 0 }, { ...known[at], probability: 0 })
    assert.equal(link.candidates.length, known.length)
  })

  it('keeps no more candidates than the pipeline does', async () => {
    const model = doctor('Myocardial', 'cardiac infarct\nlung infection\nfit')
    const { passages } = await asking(model, { kept: 2 }).link(parse())
    const plain = await asking(model, { kept: 2, askedFeedback: 0 }).link(parse())
    const most = Math.max(
      ...plain.passages.flatMap(({ links }) => links.map(({ candidates }) => candidates.length)),
    )
    assert.ok(
      passages.every(({ links }) => links.every(({ candidates }) => candidates.length <= Math.max(10, most))),
    )
  })

  it('keeps names by what was asked, counts what they cost, and asks them for new text alone', async () => {
    const uses: LanguageModelUsage[] = []
    const model = doctor('Myocardial', 'cardiac infarct')
    const linker = asking(model, { onUse: (usage) => uses.push(usage) })
    await linker.link(parse())
    const nWritten = model.prompts.length
    assert.equal(nWritten, 3)
    const nAsked = model.calls.flat().length
    assert.equal(
      uses.reduce((sum, { calls }) => sum + calls, 0),
      nWritten + nAsked,
    )
    await linker.link(parse())
    assert.equal(model.prompts.length, nWritten)
    await linker.link(parse(TEXT.replace('Then', 'Later')))
    assert.ok(model.prompts.slice(nWritten).length === 2)
    assert.ok(model.prompts.slice(nWritten).every((prompt) => prompt.includes('Later zzyzx')))
  })

  it('equals linking from scratch after any edit', async () => {
    const block = fc.constantFrom(
      'She had a coronary attack.',
      'A cold, and a coronary attack.',
      'An attack of zzyzx.',
      'No cold.',
      '# Attack',
    )
    // What is written depends on all that is asked, so that a name kept for another question would show.
    const model = (): LetterModel =>
      letterModel(
        byText((option) => option.length % 7),
        (prompt) =>
          ['cardiac infarct', 'lung infection', 'fit\ncardiac infarct', ''][prompt.length % 4] ?? '',
      )
    const version = fc.array(block, { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(fc.array(version, { minLength: 2, maxLength: 3 }), async (versions) => {
        const linker = asking(model(), { askedAtMost: 3 })
        for (const blocks of versions) {
          const manuscript = parse(blocks.join('\n\n'))
          assert.deepEqual(
            await linker.link(manuscript),
            await asking(model(), { askedAtMost: 3 }).link(manuscript),
          )
        }
      }),
      { seed: 23, numRuns: 10 },
    )
  })

  it('leaves the first links when the model fails while it writes, and rests', async () => {
    let now = 0
    const model = letterModel(
      byText(() => 1),
      () => {
        throw new Error('no memory')
      },
    )
    const linker = asking(model, { nowMs: () => now })
    const plain = await createLinker({ knowledgeBase: KB, engine, logger }, linker.pipeline).link(parse())
    assert.deepEqual(await linker.link(parse()), plain)
    assert.deepEqual([model.prompts.length, model.calls.length, warnings.length], [1, 0, 1])
    assert.match(warnings[0] ?? '', /does not answer.*no memory/)
    now += 61_000
    await linker.link(parse())
    assert.deepEqual([model.prompts.length, warnings.length], [2, 1])
  })

  it('goes on with the candidates that there are when a model cannot be asked for names, and tells of it once', async () => {
    const double = doctor('Panic', '')
    const model: LanguageModel = {
      ...double,
      write: () =>
        Promise.resolve({
          ...{ text: '', isCut: false, unanswered: 'too long' },
          usage: NO_USAGE,
        }),
    }
    const linked = await asking(model).link(parse())
    assert.equal(linkOf(linked, 'coronary attack').chosen, 'H:2')
    assert.deepEqual(warnings, [
      'The language model could not be asked for other names of some mentions: too long',
    ])
  })

  it('stops when it is cancelled between two names, and keeps what was written', async () => {
    const token = { isCancellationRequested: false }
    const model = letterModel(
      byText(() => 1),
      () => {
        token.isCancellationRequested = true
        return 'cardiac infarct'
      },
    )
    const uses: LanguageModelUsage[] = []
    const linker = asking(model, { onUse: (usage) => uses.push(usage) })
    await assert.rejects(linker.link(parse(), { token }), CancelledError)
    assert.deepEqual([model.prompts.length, model.calls.length], [1, 0])
    assert.deepEqual(
      uses.map(({ calls }) => calls),
      [1],
    )
    token.isCancellationRequested = false
    const asked = model.prompts[0]
    await linker.link(parse())
    assert.equal(model.prompts.filter((prompt) => prompt === asked).length, 1)
  })

  it('looks names up in all layers of the pipeline, those of one mention in one request', async () => {
    const requests: (readonly string[])[] = []
    const remote: RemoteLookUp = {
      url: 'http://127.0.0.1:1',
      find(texts) {
        requests.push(texts)
        return Promise.resolve(texts.map((text) => (text === 'infarct' ? [{ id: 'H:1' }] : [])))
      },
    }
    const model = doctor('Myocardial', 'infarct\nfit')
    const layers: Pipeline['candidates']['layers'] = [
      { kind: 'exact' },
      { kind: 'remote', url: remote.url, timeoutMs: 100 },
    ]
    const linked = await asking(model, { layers, remote }).link(parse())
    assert.equal(linkOf(linked, 'coronary attack').chosen, 'H:1')
    assert.ok(
      requests.some((texts) => texts.join() === 'infarct,fit'),
      JSON.stringify(requests),
    )
  })

  it('is told in the answer to why a word is linked, also when nothing came of it', async () => {
    const words = async (linker: Linker, word: string): Promise<string> =>
      (await linker.explain(parse(), 'a.md', TEXT.indexOf(word))).steps.at(-1)?.message ?? ''
    const linker = asking(doctor('Myocardial', 'cardiac infarct\nMI'))
    assert.match(
      await words(linker, 'coronary'),
      /was uncertain \(\d+ %\), so the language model double was asked and wrote other names to look up \(“cardiac infarct”, “MI”\); it chose Myocardial Infarction \(\d+ %\)\.$/,
    )
    assert.equal(
      await words(linker, 'zzyzx'),
      'Nothing was found for "zzyzx", so the language model double was asked and wrote no other names; the link stayed as it was.',
    )
    const off = await asking(doctor('Myocardial', ''), { askedFeedback: 0 }).explain(
      ...[parse(), 'a.md', TEXT.indexOf('zzyzx')],
    )
    assert.ok(off.steps.every(({ reason }) => reason !== 'asked-language-model'))
  })

  it('stands on a passage’s way: the names, and what they brought', async () => {
    const model = doctor('Myocardial', 'cardiac infarct')
    const linker = asking(model)
    await linker.link(parse())
    const nBefore = model.prompts.length
    const trace = await linker.trace(parse(), 'a.md', TEXT.indexOf('coronary'))
    const last = trace?.stages.at(-1)
    assert.ok(last?.kind === 'ask')
    assert.equal(model.prompts.length, nBefore + 1, 'they are written anew')
    const [request] = last.input
    assert.deepEqual(request?.written?.names, ['cardiac infarct'])
    assert.ok(request.written.found.some(({ id, name }) => id === 'H:1' && name === 'cardiac infarct'))
    assert.equal(last.output?.[0]?.candidates[0]?.id, 'H:1')
    assert.ok(last.output[0].candidates.length <= request.nCandidates)
  })
})
