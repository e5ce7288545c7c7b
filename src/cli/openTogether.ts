/** What holds a process, a connection or a file until it is ended. */
export interface Disposable {
  dispose(): Promise<void>
}

/** Things that were opened side by side; end them with `dispose`. */
export interface Together<T extends readonly unknown[]> {
  /** In the order in which they were asked for. */
  readonly opened: T
  readonly dispose: () => Promise<void>
}

/** Waits for things that are being opened. When one cannot be, the others are ended and its error is thrown. */
export async function openTogether<T extends readonly (Disposable | undefined)[]>(
  ...opening: { readonly [K in keyof T]: Promise<T[K]> }
): Promise<Together<T>> {
  const dispose = async (): Promise<void> => {
    const all = await Promise.allSettled(opening)
    const values = all.flatMap((one) => (one.status === 'fulfilled' && one.value) || [])
    await Promise.all(values.map((value) => value.dispose()))
  }
  try {
    return { opened: (await Promise.all(opening)) as unknown as T, dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}
