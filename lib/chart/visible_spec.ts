/**
 * A specification whose texts can all be drawn.
 *
 * @module
 */
import { visible, visibleLines } from "../core/visible.ts";

/** The values of rows and of scales: names, where a line's end would be hidden. */
const named: readonly string[] = ["values", "domain"];

/**
 * The same specification with every text made visible. What needs no change is kept as it is, so that
 * rows are copied only where that is needed.
 */
export function visibleSpec(spec: unknown): unknown {
  return shown(spec, visibleLines);
}

function shown(value: unknown, text: (text: string) => string): unknown {
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) {
    const list = value.map((each) => shown(each, text));
    return list.some((each, at) => each !== value[at]) ? list : value;
  }
  if (typeof value !== "object" || value === null) return value;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const entries = Object.entries(value);
  const own = entries.map(([name, each]) =>
    [name, shown(each, named.includes(name) ? visible : text)] as const
  );
  return own.some(([, each], at) => each !== entries[at][1]) ? Object.fromEntries(own) : value;
}
