import type { Settings } from '../protocol/index.ts'
import type { PowerSource, Timers } from './ports.ts'

/** While power is low the battery is looked at so often, to go on when the machine is plugged in again. */
const LOOK_MS = 60_000

/** Whether power is to be spared. */
export interface LowPower {
  /** Why power is spared, as a sentence; `undefined` when it is not. */
  readonly reason: string | undefined
  /** Follows these settings from now on, and looks at the battery. Nobody waits for what it finds: a change is told. */
  look(settings: Settings): void
  dispose(): void
}

/** Follows setting and battery; `onChange` is called when power becomes low, or is no longer. */
export function createLowPower(source: PowerSource, timers: Timers, onChange: () => void): LowPower {
  let setting: Settings['engine.lowPower'] = 'off'
  let isOnBattery = false
  let reason: string | undefined
  let cancelLook = (): void => undefined

  function update(): void {
    const before = reason
    reason = reasonFor(setting, isOnBattery)
    if (reason !== before) onChange()
  }

  async function lookAtBattery(): Promise<void> {
    cancelLook()
    isOnBattery = await source.isOnBattery()
    if (setting === 'auto' && isOnBattery) cancelLook = timers.after(LOOK_MS, () => void lookAtBattery())
    update()
  }

  return {
    get reason() {
      return reason
    },
    look(settings) {
      setting = settings['engine.lowPower']
      update()
      if (setting === 'auto') void lookAtBattery()
    },
    dispose() {
      setting = 'off'
      cancelLook()
    },
  }
}

function reasonFor(setting: Settings['engine.lowPower'], isOnBattery: boolean): string | undefined {
  if (setting === 'on') return 'Low power (a setting): only what is on the screen is linked by itself.'
  if (setting === 'auto' && isOnBattery) return 'On battery: only what is on the screen is linked by itself.'
  return undefined
}
