/**
 * Where adapters that share a program act.
 *
 * @module
 */
import type { AdapterDelta, PrefixSite } from "./adapter_delta.ts";

/** Where adapters act and how. */
export interface TargetModules {
  readonly linears: ReadonlyMap<string, LinearTarget>;
  readonly norms: ReadonlySet<string>;
  readonly prompt: boolean;
  readonly prefix: ReadonlySet<PrefixSite>;
}

/** Which parts of a change a linear may have. */
export interface LinearTarget {
  readonly inputScale: boolean;
  readonly scale: boolean;
  readonly low: boolean;
  readonly offset: boolean;
}

/** TargetModules where nothing acts. */
export const noTargetModules: TargetModules = {
  linears: new Map(),
  norms: new Set(),
  prompt: false,
  prefix: new Set(),
};

/** The targets of a method, together with those `known` before. */
export function targetModulesOf(
  parts: AdapterDelta,
  known: TargetModules = noTargetModules,
): TargetModules {
  const linears = new Map(known.linears);
  for (const [path, change] of parts.linears) {
    const before = linears.get(path);
    linears.set(path, {
      inputScale: Boolean(before?.inputScale || change.inputScale),
      scale: Boolean(before?.scale || change.scale),
      low: Boolean(before?.low || change.low),
      offset: Boolean(before?.offset || change.offset),
    });
  }
  return {
    linears,
    norms: new Set([...known.norms, ...parts.norms?.keys() ?? []]),
    prompt: known.prompt || parts.prompt !== undefined,
    prefix: new Set([...known.prefix, ...parts.prefix?.sites.keys() ?? []]),
  };
}

/** Whether adapters can act wherever `some` say, where a program has `all`. */
export function includesTargets(all: TargetModules, some: TargetModules): boolean {
  return (all.prompt || !some.prompt) && some.prefix.isSubsetOf(all.prefix) &&
    some.norms.isSubsetOf(all.norms) &&
    [...some.linears].every(([path, place]) => {
      const known = all.linears.get(path);
      return known !== undefined &&
        (["inputScale", "scale", "low", "offset"] as const)
          .every((part) => known[part] || !place[part]);
    });
}
