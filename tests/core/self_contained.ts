import assert from "node:assert/strict";
import type { MimeBundle } from "../../lib/core/display.ts";

/** A text that would do something if it became markup. */
export const hostile = `<img src=x onerror=alert(1)>"'&<script>alert(2)</script>`;

/** Decodes the SVG pictures of a display. */
export function picturesOf(markup: string): string[] {
  return [...markup.matchAll(/src="data:image\/svg\+xml;base64,([^"]+)"/g)]
    .map(([, data]) => new TextDecoder().decode(Uint8Array.fromBase64(data)));
}

/**
 * Makes sure that a display has a text, and HTML without scripts, handlers and addresses, whose
 * pictures have words and whose tables have captions and headers.
 */
export function assertSelfContained(bundle: MimeBundle): string {
  const text = bundle["text/plain"];
  assert.ok(text.trim().length > 0, "no plain text");
  const markup = bundle["text/html"];
  assert.ok(markup, "no HTML");
  for (const part of [markup, ...picturesOf(markup)]) {
    // An escaped text may hold any word; only what stands inside of a tag or names one counts.
    const tags = part.match(/<[^>]*>/g) ?? [];
    const wrong = tags.filter((tag) =>
      /^<\/?(?:script|iframe|object|embed|link|foreignObject|style)\b/i.test(tag) ||
      /\son\w+\s*=/i.test(tag.replace(/"[^"]*"/g, '""')) ||
      /(?:src|href)="(?!data:image\/(?:svg\+xml|png);|#)/i.test(tag)
    );
    assert.deepEqual(wrong, []);
    const addresses = part.match(/\w+:\/\/[^"'\s<]+/g) ?? [];
    const names = new Set(["http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"]);
    assert.deepEqual(addresses.filter((address) => !names.has(address)), []);
  }
  for (const [image] of markup.matchAll(/<img\b[^>]*>/g)) assert.match(image, /\salt="[^"]+"/);
  for (const [table] of markup.matchAll(/<table\b[^]*?<\/table>/g)) {
    assert.match(table, /<caption\b[^>]*>[^<]/);
    assert.match(table, /<th scope="col"/);
    assert.match(table, /<th scope="row"/);
  }
  return markup;
}
