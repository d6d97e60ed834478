/**
 * Nested values of JSON, Arrow and Parquet columns as plain lists and objects.
 *
 * @module
 */
import { parseJson } from "../../core/parse_json.ts";

/**
 * A list as an array and a structure as an object, at every depth. Fields without a value are left out
 * but for `content`: in Arrow all structures of a column have all fields.
 */
export function plainValue(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return Array.from(value as ArrayLike<unknown>, plainValue);
  }
  const fields = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(
      "toJSON" in fields && typeof fields.toJSON === "function"
        ? fields.toJSON() as object
        : fields,
    )
      .filter(([name, own]) => own !== undefined && (own !== null || name === "content"))
      .map(([name, own]) => [name, plainValue(own)]),
  );
}

/** The list that a value is, or that its JSON says; undefined for anything else. */
export function listOfValue(value: unknown): unknown[] | undefined {
  if (typeof value === "string") {
    try {
      const parsed = parseJson(value);
      return Array.isArray(parsed) ? parsed.map(plainValue) : undefined;
    } catch {
      return undefined;
    }
  }
  const plain = plainValue(value);
  return Array.isArray(plain) ? plain : undefined;
}
