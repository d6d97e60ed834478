import assert from "node:assert/strict";
import { decodeText, textPieces } from "../../lib/table/decode_text.ts";

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

Deno.test("pieces end with lines, and lose no character (R4)", () => {
  const text = "\ufefférste\n好好好好好好\n\n🎉🎉🎉 a much longer line\r\nend";
  const bytes = new TextEncoder().encode(text);
  for (let most = 1; most < bytes.length + 2; most++) {
    const pieces = [...textPieces(bytes, "f", most)];
    assert.equal(pieces.join(""), text.slice(1));
    assert.ok(pieces.slice(0, -1).every((piece) => piece.endsWith("\n")));
  }
});

Deno.test("says what else a file is", () => {
  const text = (name: string) => new TextEncoder().encode(name);
  const utf16 = (own: string, swap = 0) => {
    const bytes = new Uint8Array(2 * own.length);
    for (let at = 0; at < own.length; at++) {
      bytes[2 * at + swap] = own.charCodeAt(at) % 256;
      bytes[2 * at + 1 - swap] = own.charCodeAt(at) >> 8;
    }
    return bytes;
  };
  const kinds: [Uint8Array, RegExp][] = [
    [utf16("text,label\na,b\n"), /UTF-16 text without a byte order mark/],
    [utf16("text,label\na,b\n", 1), /UTF-16 text without a byte order mark/],
    [utf16("好的,你好\n" + "再见,谢谢大家\n".repeat(9)), /UTF-16 text without a byte order mark/],
    [Uint8Array.of(0x1f, 0x8b, 8), /compressed with gzip; decompress it first/],
    [text("PK\x03\x04"), /a ZIP archive, or an Excel/],
    [text("version https://git-lfs.github.com/spec/v1\n"), /pointer of Git LFS/],
    [text("\n<!DOCTYPE html>\n"), /a web page and not a table/],
  ];
  for (const [bytes, message] of kinds) {
    assert.throws(() => decodeText(bytes, "f.csv"), { kind: "data", message });
  }
  // A few zeros in a cell are characters like others.
  assert.equal(decodeText(text("a\0b, c\n".repeat(20)), "f").length, 140);
});
