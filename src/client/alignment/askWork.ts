import { QuickPickItemKind, type QuickPickItem } from 'vscode'
import type { TableColumn, TableOverview } from '../../protocol/index.ts'
import { askInOrder, type Answer } from '../knowledgeBases/inOrder.ts'
import { inputText, pickOne, pickSome, type Question } from '../knowledgeBases/steps.ts'
import { likelyTermColumn, type AlignmentWork } from './alignmentWork.ts'

const N_STEPS = 4

/** Languages that are offered; others are typed. */
const LANGUAGES = ['en', 'de', 'es', 'fr', 'it', 'nl', 'pt']

type Work = Omit<AlignmentWork, 'table'>

interface ColumnItem extends QuickPickItem {
  readonly title?: string
}

/** Asks for the columns, the types of concepts and the language. Enter takes what is suggested; nothing begins before the last answer. */
export function askWork({ columns, groups }: TableOverview): Promise<Work | undefined> {
  const state: Work = { column: likelyTermColumn(columns), types: [], language: 'en' }
  return askInOrder(state, [
    async (now) => {
      const items = columns.map(columnItem)
      const suggested = items.find(({ title }) => title === now.column)
      const answer = await pickOne(question(1, 'The column with the terms'), items, suggested)
      return changed(answer, now, ({ title = '' }) => ({ column: title }))
    },
    async (now) => {
      const none: ColumnItem = { label: 'None', description: 'each term stands for itself' }
      const others = columns.filter(({ title }) => title !== now.column).map(columnItem)
      const answer = await pickOne(question(2, 'A column that tells what the terms mean, if there is one'), [
        none,
        { label: '', kind: QuickPickItemKind.Separator },
        ...others,
      ])
      return changed(answer, now, ({ title }) => ({ context: title }))
    },
    async (now) => {
      const items = groups.map(([code, name]) => ({ label: name, description: code, code }))
      const picked = items.map((item) => ({ ...item, picked: now.types.includes(item.code) }))
      const answer = await pickSome(question(3, 'Only concepts of these groups; none ticked: all'), picked, 0)
      return changed(answer, now, (some) => ({ types: some.map(({ code }) => code) }))
    },
    async (now) => changed(await askLanguage(), now, (language) => ({ language })),
  ])
}

const question = (step: number, placeholder: string): Question => ({
  title: 'Align Vocabulary',
  placeholder,
  step,
  nSteps: N_STEPS,
  canGoBack: step > 1,
})

function columnItem({ title, examples }: TableColumn): ColumnItem {
  return { title, label: title, description: examples.join(' · ') }
}

async function askLanguage(): Promise<Answer<string>> {
  const names = new Intl.DisplayNames(['en'], { type: 'language' })
  const items = LANGUAGES.map((tag) => ({ label: names.of(tag) ?? tag, description: tag, tag }))
  const other = { label: 'Another…', description: 'by its tag', tag: '' }
  const placeholder = 'The language of the terms; the alignment starts when you press Enter'
  const picked = await pickOne(question(N_STEPS, placeholder), [...items, other])
  if (picked === undefined || picked === 'back') return picked
  if (picked.value.tag !== '') return { value: picked.value.tag }
  return inputText(question(N_STEPS, 'A language tag, for example pl or pt-BR'), '', 'Type a language tag.')
}

function changed<T>(answer: Answer<T>, now: Work, change: (value: T) => Partial<Work>): Answer<Work> {
  return answer === undefined || answer === 'back' ? answer : { value: { ...now, ...change(answer.value) } }
}
