/**
 * What varies, in words.
 *
 * @module
 */
import { isPlainObject } from "../../core/objects.ts";
import { isParameter } from "../../search/space/parameter.ts";
import { isMethod } from "../check_stages.ts";

/** `2 to 64 (log)`, `lora { rank: 2 to 64 (log) } or ia3`; what does not vary as it is. */
export function describeParameter(value: unknown): string {
  if (isMethod(value)) return value.method;
  if (isParameter(value)) {
    if (value.kind === "choice") return value.values.map(describeParameter).join(" or ");
    const { low, high, log } = value;
    const step = value.kind === "int" && value.step > 1 ? ` in steps of ${value.step}` : "";
    return `${low} to ${high}${step}${log ? " (log)" : ""}`;
  }
  if (Array.isArray(value)) return `[${value.map(describeParameter).join(", ")}]`;
  if (!isPlainObject(value)) return String(value);
  const { name, ...options } = value;
  const fields = Object.entries(typeof name === "string" ? options : value)
    .map(([field, each]) => `${field}: ${describeParameter(each)}`).join(", ");
  const inBraces = fields === "" ? "" : `{ ${fields} }`;
  return typeof name === "string" ? `${name} ${inBraces}`.trim() : inBraces;
}
