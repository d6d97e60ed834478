/**
 * Several streams as one.
 *
 * @module
 */

/** What a stream gave. */
export interface FromStream<Value> {
  /** Which stream, from 0. */
  readonly index: number;
  readonly value: Value;
}

/** What streams give, as it comes. Where one throws, or the loop is left early, all are ended. */
export async function* mergedStreams<Value>(
  streams: readonly AsyncGenerator<Value>[],
): AsyncGenerator<FromStream<Value>> {
  const next = async (index: number) => ({ index, result: await streams[index].next() });
  const open = new Map(streams.map((_, index) => [index, next(index)]));
  try {
    while (open.size > 0) {
      const { index, result } = await Promise.race(open.values());
      if (result.done) {
        open.delete(index);
        continue;
      }
      open.set(index, next(index));
      yield { index, value: result.value };
    }
  } finally {
    for (const stream of open.values()) stream.catch(() => {});
    for (const stream of streams) void stream.return(undefined).catch(() => {});
  }
}
