/** Every character against the tables of Python's tokenizers. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { normalizeAll, readNormalizer } from "../../lib/text/normalizer.ts";
import {
  combiningMarks,
  controls,
  nonspacingMarks,
  punctuation,
} from "../../lib/text/unicode_tables.ts";

interface Golden {
  classes: Record<string, string>;
  changed: Record<string, { count: number; sha256: string }>;
}

const golden: Golden = JSON.parse(
  await Deno.readTextFile(join(import.meta.dirname!, "..", "golden", "unicode.json")),
);

function* characters(): Generator<string> {
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code < 0xd800 || code > 0xdfff) yield String.fromCodePoint(code);
  }
}

/** `41-5a 61`, as the golden file has it. */
function ranges(pattern: RegExp): string {
  const once = new RegExp(pattern.source, "u");
  const spans: [number, number][] = [];
  for (const character of characters()) {
    if (!once.test(character)) continue;
    const code = character.codePointAt(0)!;
    const last = spans.at(-1);
    if (last?.[1] === code - 1) last[1] = code;
    else spans.push([code, code]);
  }
  return spans.map(([from, to]) => {
    return from === to ? from.toString(16) : `${from.toString(16)}-${to.toString(16)}`;
  }).join(" ");
}

for (
  const [name, pattern] of Object.entries({
    punctuation,
    controls,
    nonspacingMarks,
    marks: combiningMarks,
  })
) {
  Deno.test(`${name} are the characters that Python's tokenizers take for them`, () => {
    assert.equal(ranges(pattern), golden.classes[name]);
  });
}

for (const [type, { count, sha256 }] of Object.entries(golden.changed)) {
  Deno.test(`${type} makes of every character what Python's tokenizers make`, async () => {
    const steps = readNormalizer({ type });
    let lines = "";
    let changed = 0;
    for (const character of characters()) {
      const made = normalizeAll(steps, character);
      if (made === character) continue;
      changed++;
      lines += `${character.codePointAt(0)!.toString(16)} ${made}\n`;
    }
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(lines));
    assert.deepEqual([changed, new Uint8Array(hash).toHex()], [count, sha256]);
  });
}
