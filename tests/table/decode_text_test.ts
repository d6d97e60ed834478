import assert from "node:assert/strict";
import { decodeText } from "../../lib/table/decode_text.ts";

Deno.test("decodes UTF-8 and drops the byte order mark", () => {
  assert.equal(decodeText(new TextEncoder().encode("\ufeffschön 🎉"), "f"), "schön 🎉");
  assert.equal(decodeText(new Uint8Array(), "f"), "");
});

Deno.test("names the first line that is not UTF-8", () => {
  const latin1 = Uint8Array.from("text\nsch\xf6n\nfine\n", (letter) => letter.charCodeAt(0));
  assert.throws(() => decodeText(latin1, "f.csv"), { kind: "data", message: /^f\.csv, line 2: / });
});

Deno.test("recognises UTF-16 in both orders", () => {
  for (const mark of [[0xff, 0xfe], [0xfe, 0xff]]) {
    assert.throws(() => decodeText(Uint8Array.from([...mark, 65, 0]), "f.csv"), /UTF-16/);
  }
});
