/**
 * What the settings of several methods have in common.
 *
 * @module
 */
import type { Rule } from "../core/option_rules.ts";

/** A choice of layers. */
export const layerNames: Rule = [
  'names of layers, a pattern of them or a choice such as "all-linear"',
  (value) =>
    (typeof value === "string" && value !== "") ||
    (Array.isArray(value) && value.every((name) => typeof name === "string" && name !== "")),
];

/** The settings that were given: those that are not undefined. */
export function given<Settings extends object>(settings: Settings): Partial<Settings> {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined),
  ) as Partial<Settings>;
}
