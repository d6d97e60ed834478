import assert from "node:assert/strict";
import { type MethodPlaces, type PlaceRow, placesChart } from "../../lib/chart/places_chart.ts";

const row = (index: number, added: number): PlaceRow => ({
  kind: "layer",
  index,
  places: [
    { name: "self.query", numbers: 64, own: 0, added, held: "nf4" },
    { name: "norm", numbers: 16, own: 0, added: 0 },
  ],
});
const model = (layers: readonly PlaceRow[], more: Partial<MethodPlaces> = {}): MethodPlaces => ({
  method: "lora",
  rows: [
    { kind: "embeddings", places: [{ name: "words", numbers: 80, own: 0, added: 0 }] },
    ...layers,
    { kind: "head", places: [{ name: "classifier", numbers: 18, own: 18, added: 0 }] },
  ],
  ...more,
});

/** The texts of a picture. */
const textsOf = (svg: string) =>
  [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, text]) => text);

Deno.test("shows the trained numbers of each place, and what the colours mean", async () => {
  const drawn = placesChart(model([row(0, 12), row(1, 1200)]));
  const texts = textsOf(await drawn.svg());
  for (const text of ["12", "1,200", "18", "layer 0", "layer 1", "frozen, held as nf4"]) {
    assert.ok(texts.includes(text), `${text} in ${texts}`);
  }
  assert.ok(!texts.some((text) => text.includes("virtual")));
  assert.match(
    String(drawn),
    /where lora acts.*layer 0 12 \(self\.query\); layer 1 1,200.*head 18 \(classifier\)/,
  );
});

Deno.test("shows virtual tokens, a prefix, and other words", async () => {
  const prefixed = { ...row(0, 0), prefix: { tokens: 20, added: 320 } };
  const drawn = placesChart(model([prefixed], { input: { tokens: 20, added: 160 } }), {
    layer: "第 # 层",
    virtualTokens: "# 个虚拟 token",
    head: "分类头",
  });
  const texts = textsOf(await drawn.svg());
  for (const text of ["第 0 层", "20 个虚拟 token: 160", "320", "分类头"]) {
    assert.ok(texts.includes(text), `${text} in ${texts}`);
  }
  assert.match(String(drawn), /20 virtual tokens 160; .*20 keys and values before the text/);
});

Deno.test("a deep model shows layers that are alike as one", async () => {
  const rows = Array.from({ length: 24 }, (_, index) => row(index, index === 23 ? 8 : 4));
  const texts = textsOf(await placesChart(model(rows)).svg());
  assert.deepEqual(texts.filter((text) => text.startsWith("layer")), ["layer 23", "layer 0–22"]);
});
