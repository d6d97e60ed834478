/**
 * Values of a template as Python prints them.
 *
 * @module
 */

/** A value while a template is rendered; `value` depends on `type`. */
export interface TemplateValue {
  readonly type: string;
  readonly value: unknown;
  toString(): string;
}

/** `str(value)`: what stands in the text for `{{ value }}`. */
export function pythonText(value: TemplateValue): string {
  if (value.type === "StringValue") return value.value as string;
  return value.type === "UndefinedValue" ? "" : pythonSource(value);
}

/** `repr(value)`: the same within a list or a mapping, where texts have quotes. */
function pythonSource(value: TemplateValue): string {
  switch (value.type) {
    case "NullValue":
      return "None";
    case "BooleanValue":
      return value.value ? "True" : "False";
    case "StringValue":
      return quotedText(value.value as string);
    case "UndefinedValue":
      return "Undefined";
    case "ArrayValue":
      return `[${(value.value as TemplateValue[]).map(pythonSource).join(", ")}]`;
    case "TupleValue": {
      const inner = (value.value as TemplateValue[]).map(pythonSource);
      return `(${inner.join(", ")}${inner.length === 1 ? "," : ""})`;
    }
    case "ObjectValue": {
      const pairs = [...value.value as Map<string, TemplateValue>]
        .map(([key, own]) => `${quotedText(key)}: ${pythonSource(own)}`);
      return `{${pairs.join(", ")}}`;
    }
    default:
      return value.toString();
  }
}

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function quotedText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const written = text.replace(/[\\\n\r\t]/g, (found) => escapes[found])
    .replaceAll(quote, `\\${quote}`)
    // deno-lint-ignore no-control-regex
    .replace(/[\x00-\x1f\x7f-\xa0\xad]/g, (found) => {
      return `\\x${found.charCodeAt(0).toString(16).padStart(2, "0")}`;
    });
  return `${quote}${written}${quote}`;
}

/** What `str.strip()` takes away: Python's white space. */
const pythonSpace =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

/** `text.strip(characters)`, or one of its two halves. */
export function strip(
  text: string,
  characters?: string,
  side: "strip" | "lstrip" | "rstrip" = "strip",
): string {
  const taken = characters === undefined
    ? `[${pythonSpace}]`
    : `[${characters.replace(/[\\\]^-]/g, "\\$&")}]`;
  if (characters === "") return text;
  const before = side === "rstrip" ? text : text.replace(new RegExp(`^${taken}+`, "u"), "");
  if (side === "lstrip") return before;
  const kept = [...before];
  const isTaken = new RegExp(`^${taken}$`, "u");
  let end = kept.length;
  while (end > 0 && isTaken.test(kept[end - 1])) end--;
  return kept.slice(0, end).join("");
}
