/**
 * Adapters that are read when they are asked for, and forgotten when others are.
 *
 * @module
 */

/** What is in memory. */
export interface LoadedAdapters<Adapter> {
  /** The adapter of a name, read where it is not in memory. One that cannot be read is tried again. */
  get(name: string): Promise<Adapter>;
  /** Forgets those that were asked for longest ago, until no more than the limit are left. */
  trim(): void;
  readonly names: readonly string[];
}

/** Keeps at most `limit` adapters, those asked for last. */
export function loadedAdapters<Adapter>(
  limit: number,
  load: (name: string) => Promise<Adapter>,
): LoadedAdapters<Adapter> {
  const loaded = new Map<string, Promise<Adapter>>();
  return {
    get(name) {
      const known = loaded.get(name);
      const adapter = known ?? load(name);
      // Behind all others: a map keeps the order in which its keys were set.
      loaded.delete(name);
      loaded.set(name, adapter);
      if (!known) {
        adapter.catch(() => {
          if (loaded.get(name) === adapter) loaded.delete(name);
        });
      }
      return adapter;
    },
    trim() {
      for (const name of loaded.keys()) {
        if (loaded.size <= limit) return;
        loaded.delete(name);
      }
    },
    get names() {
      return [...loaded.keys()];
    },
  };
}
