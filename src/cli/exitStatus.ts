/** What the process answers to its caller. */
export const exitStatus = { done: 0, someFailed: 1, wrongUsage: 2 } as const
