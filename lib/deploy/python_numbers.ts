/**
 * Numbers as Python reads them: `1.0` is a float there and `1` is none, which transformers' checked
 * configurations refuse (5.18), while JavaScript knows one kind of number.
 *
 * @module
 */

/** Standard since ES2026; not in the types yet. */
const json = JSON as unknown as {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
};

/**
 * The content of a JSON text to be written again: whole numbers that it writes as floats, `1.0` or `1e4`,
 * stay so in `JSON.stringify`.
 */
export function keepingFloats(text: string): Record<string, unknown> {
  return json.parse(
    text,
    (_key, value, { source }) =>
      Number.isInteger(value) && source !== undefined && /[.eE]/.test(source)
        ? json.rawJSON(source)
        : value,
  ) as Record<string, unknown>;
}
