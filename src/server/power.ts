import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { PowerSource } from './ports.ts'

/** What was read so long ago at most is still true. */
const KEPT_MS = 30_000
/** Where Linux tells of batteries and plugs. */
const SUPPLIES = '/sys/class/power_supply'

/** Where this machine's power comes from, as its operating system tells. */
export function createPowerSource(platform: string, nowMs: () => number): PowerSource {
  let known: Promise<boolean> | undefined
  let knownAtMs = -Infinity
  return {
    isOnBattery() {
      if (known && nowMs() - knownAtMs < KEPT_MS) return known
      knownAtMs = nowMs()
      known = read(platform).catch(() => false)
      return known
    },
  }
}

async function read(platform: string): Promise<boolean> {
  switch (platform) {
    case 'linux':
      return isDischarging(await linuxSupplies(SUPPLIES))
    case 'darwin':
      return saysBattery(await printed('pmset', ['-g', 'batt']))
    case 'win32':
      return saysDischarging(await printed('powershell', ['-NoProfile', '-Command', WINDOWS_STATUS]))
    default:
      return false
  }
}

/** 1: the battery is discharging; absent without a battery. */
const WINDOWS_STATUS = '(Get-CimInstance -ClassName Win32_Battery).BatteryStatus'

/** A supply of power as its `uevent` tells: `{ TYPE: 'Battery', STATUS: 'Discharging', SCOPE: 'Device' … }`. */
export type Supply = Readonly<Record<string, string>>

/** The machine's own battery is being emptied. Batteries of mice and keyboards (scope `Device`) do not count. */
export function isDischarging(supplies: readonly Supply[]): boolean {
  return supplies.some(
    ({ TYPE, STATUS, SCOPE }) => TYPE === 'Battery' && STATUS === 'Discharging' && SCOPE !== 'Device',
  )
}

/** Reads `NAME/uevent` of every supply below a folder; none where there is no such folder. */
export async function linuxSupplies(folder: string): Promise<Supply[]> {
  const names = await readdir(folder).catch(() => [])
  const texts = await Promise.all(
    names.map((name) => readFile(join(folder, name, 'uevent'), 'utf8').catch(() => '')),
  )
  return texts.map(supplyOf)
}

function supplyOf(uevent: string): Supply {
  const facts = [...uevent.matchAll(/^POWER_SUPPLY_(\w+)=(.*)$/gm)]
  return Object.fromEntries(facts.map(([, fact = '', value = '']) => [fact, value]))
}

/** What `pmset -g batt` prints begins with `Now drawing from 'Battery Power'`. */
export function saysBattery(text: string): boolean {
  return /drawing from 'Battery Power'/.test(text)
}

/** One status a line, for each battery. */
export function saysDischarging(text: string): boolean {
  return text.split(/\s+/).includes('1')
}

async function printed(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { timeout: 10_000, windowsHide: true })
  return stdout
}
