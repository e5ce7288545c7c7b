import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Timers } from '../../src/server/index.ts'
import { isDischarging, linuxSupplies, saysBattery, saysDischarging } from '../../src/server/power.ts'
import { immediateTimers } from './doubles.ts'
import { editorsOfSuite } from './editor.ts'
import { countingEngine, PAPER } from './paper.ts'

/** A battery that is pulled and plugged at will, and timers that note delays and hold those of a minute. */
function laptop(isOnBattery: boolean) {
  const power = { isOn: isOnBattery, isOnBattery: () => Promise.resolve(power.isOn) }
  const delays: number[] = []
  const looks = new Set<() => void>()
  const timers: Timers = {
    after(delayMs, callback) {
      delays.push(delayMs)
      if (delayMs < 10_000) return immediateTimers.after(delayMs, callback)
      looks.add(callback)
      return () => looks.delete(callback)
    },
  }
  const minutePasses = async (): Promise<void> => {
    const due = [...looks]
    looks.clear()
    due.forEach((look) => look())
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return { power, timers, delays, minutePasses }
}

const TEXT = 'The cold was bad.\n\nAsthma came.\n\nThen metformin.\n'
const line = (from: number, to: number) => ({
  start: { line: from, character: 0 },
  end: { line: to, character: 0 },
})

describe('low power', () => {
  const { openEmpty, openPaper } = editorsOfSuite()

  /** An editor that shows the first paragraph. */
  async function openOn(machine: ReturnType<typeof laptop>, settings: Record<string, unknown> = {}) {
    const engine = countingEngine()
    const editor = await openEmpty({ ...machine, engine, settings })
    await editor.request('conceptLens/info', {})
    await editor.open(PAPER, TEXT)
    await editor.notify('conceptLens/visibleRanges', { uri: PAPER, ranges: [line(0, 1)] })
    await editor.settled(PAPER)
    const read = () => engine.calls.flatMap((call) => (call.kind === 'analyse' ? call.text : []))
    return { editor, engine, read }
  }

  it('links what is on the screen by itself, by one thread, and says so', async () => {
    const { editor, engine, read } = await openOn(laptop(true))
    assert.deepEqual(await editor.hints(PAPER), ['cold→C0009443'])
    assert.deepEqual(read(), ['The cold was bad.'])
    assert.ok(engine.paces.every(({ isLowPower }) => isLowPower))
    assert.match(editor.statuses.at(-1)?.lowPower ?? '', /On battery: only what is on the screen/)
  })

  it('links what is scrolled to', async () => {
    const { editor, read } = await openOn(laptop(true))
    await editor.notify('conceptLens/visibleRanges', { uri: PAPER, ranges: [line(2, 3)] })
    await editor.settled(PAPER)
    assert.deepEqual(await editor.hints(PAPER), ['cold→C0009443', 'Asthma→C0004096'])
    assert.deepEqual(read(), ['The cold was bad.', 'Asthma came.'])
  })

  it('links where the author types, after a longer pause', async () => {
    const machine = laptop(true)
    const { editor, read } = await openOn(machine)
    machine.delays.length = 0
    await editor.edit(PAPER, 'Then metformin', 'Then asthma')
    await editor.settled(PAPER)
    assert.equal(machine.delays[0], 1000)
    assert.deepEqual(read().toSorted(), ['The cold was bad.', 'Then asthma.'])
  })

  it('links all when a person asks', async () => {
    const { editor } = await openOn(laptop(true))
    const { nPassages } = await editor.request('conceptLens/linkDocument', { uri: PAPER })
    assert.equal(nPassages, 3)
    assert.equal((await editor.hints(PAPER)).length, 3)
  })

  it('ends when the machine is plugged in, and the rest is linked', async () => {
    const machine = laptop(true)
    const { editor, engine } = await openOn(machine)
    machine.power.isOn = false
    await machine.minutePasses()
    await editor.settled(PAPER)
    assert.equal((await editor.hints(PAPER)).length, 3)
    assert.equal(editor.statuses.at(-1)?.lowPower, undefined)
    assert.equal(engine.paces.at(-1)?.isLowPower, false)
  })

  it('is on or off as the setting says', async () => {
    const { editor } = await openOn(laptop(true), { engine: { lowPower: 'off' } })
    assert.equal((await editor.hints(PAPER)).length, 3)
    const always = await openOn(laptop(false), { engine: { lowPower: 'on' } })
    assert.deepEqual(await always.editor.hints(PAPER), ['cold→C0009443'])
    assert.match(always.editor.statuses.at(-1)?.lowPower ?? '', /a setting/)
  })

  it('tells the engine which passage is typed in, also with power in plenty', async () => {
    const engine = countingEngine()
    const editor = await openPaper({ engine }, TEXT)
    assert.deepEqual(engine.paces.at(-1), { isLowPower: false, typedIn: undefined })
    await editor.edit(PAPER, 'Asthma came', 'Asthma went')
    await editor.settled(PAPER)
    assert.deepEqual(engine.paces.at(-1), { isLowPower: false, typedIn: 'Asthma went.' })
  })
})

describe('the power of the machine', () => {
  it('is read as Linux tells it, from its own batteries alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'conceptlens-power-'))
    const write = async (name: string, facts: string): Promise<void> => {
      await mkdir(join(folder, name), { recursive: true })
      await writeFile(join(folder, name, 'uevent'), facts.replace(/^/gm, 'POWER_SUPPLY_'))
    }
    await write('ADP1', 'NAME=ADP1\nTYPE=Mains\nONLINE=0')
    await write('hidpp_battery_0', 'TYPE=Battery\nSCOPE=Device\nSTATUS=Discharging')
    assert.equal(isDischarging(await linuxSupplies(folder)), false)
    for (const [status, expected] of [
      ['Discharging', true],
      ['Charging', false],
      ['Full', false],
      ['Not charging', false],
    ] as const) {
      await write('BAT0', `NAME=BAT0\nTYPE=Battery\nSTATUS=${status}`)
      assert.equal(isDischarging(await linuxSupplies(folder)), expected, status)
    }
    await rm(folder, { recursive: true })
    assert.deepEqual(await linuxSupplies(folder), [])
  })

  it('is read as macOS and Windows tell it', () => {
    const battery =
      "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=1)\t87%; discharging; 5:12 remaining"
    assert.equal(saysBattery(battery), true)
    assert.equal(saysBattery(battery.replace('Battery Power', 'AC Power')), false)
    assert.equal(saysBattery(''), false)
    assert.equal(saysDischarging('1\r\n'), true)
    assert.equal(saysDischarging('2\r\n'), false)
    assert.equal(saysDischarging(''), false)
  })
})
