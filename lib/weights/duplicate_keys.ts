/**
 * Finds a key that occurs twice in one object of a JSON text, which `JSON.parse` passes over.
 *
 * @module
 */

/** The first key that is repeated within one object of `json`, which must be valid JSON. */
export function duplicateKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let text = "";
  // A scan by hand: a regular expression overflows its stack on a string of some megabytes.
  for (let i = 0; i < json.length; i++) {
    const token = json[i];
    if (token === '"') {
      const end = endOfText(json, i);
      text = json.slice(i, end + 1);
      i = end;
    } else if (token === "{") open.push(new Set());
    else if (token === "[") open.push(undefined);
    else if (token === "}" || token === "]") open.pop();
    else if (token === ":") {
      const key = JSON.parse(text) as string;
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
}

/** The index of the quote that closes the text that opens at `start`. */
function endOfText(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1);; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json[end - 1 - backslashes] === "\\") backslashes++;
    // A quote after an odd number of backslashes is part of the text.
    if (backslashes % 2 === 0) return end;
  }
}
