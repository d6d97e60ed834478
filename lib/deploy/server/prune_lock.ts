/**
 * Cuts a lock file of Deno down to some packages and what they need.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";

/** What is read of `deno.lock`, version 5. */
export interface DenoLock {
  readonly version: string;
  /** `npm:hono@4.13.19` → `4.13.19`, with the peers behind it. */
  readonly specifiers: Readonly<Record<string, string>>;
  /** `hono@4.13.19` → its hash and what it needs. */
  readonly npm: Readonly<Record<string, LockedPackage>>;
  readonly workspace?: { readonly dependencies: readonly string[] };
}

/** A package in a lock file; other fields are handed on. */
export interface LockedPackage {
  readonly integrity?: string;
  /** Names, with versions where the lock file has several. */
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
}

/**
 * The lock file of a folder whose `deno.json` has `specifiers` alone, `npm:hono@4.13.19`, and whose modules name
 * packages of `types` in comments.
 */
export function pruneLock(
  lock: DenoLock,
  specifiers: readonly string[],
  types: readonly string[] = [],
): DenoLock {
  const named = [...specifiers, ...types];
  const all = Object.keys(lock.npm);
  const kept = new Set<string>();
  const open = named.map((specifier) => {
    const found = lock.specifiers[specifier];
    if (found === undefined) throw absent(specifier);
    return specifier.slice("npm:".length, specifier.lastIndexOf("@") + 1) + found;
  });
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (kept.has(key)) continue;
    const found = lock.npm[key];
    if (!found) throw absent(key);
    kept.add(key);
    for (const needed of [...found.dependencies ?? [], ...found.optionalDependencies ?? []]) {
      const versions = Object.hasOwn(lock.npm, needed)
        ? [needed]
        : all.filter((each) => each.startsWith(`${needed}@`));
      if (versions.length !== 1) throw absent(needed);
      open.push(versions[0]);
    }
  }
  return {
    version: lock.version,
    specifiers: chosen(lock.specifiers, (each) => named.includes(each)),
    npm: chosen(lock.npm, (each) => kept.has(each)),
    workspace: { dependencies: specifiers.toSorted() },
  };
}

function chosen<Value>(
  all: Readonly<Record<string, Value>>,
  isWanted: (name: string) => boolean,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => isWanted(name)));
}

function absent(name: string): TunebookError {
  return new TunebookError("data", `deno.lock of tunebook has no ${name}, or has it twice`);
}
