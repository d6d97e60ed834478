import assert from "node:assert/strict";
import { join } from "node:path";
import { accuracy, model } from "tunebook";
import { tableFromRows } from "../../../lib/table/table.ts";
import type { AttachedMethod, ModelInfo } from "../../../lib/nn/method.ts";
import { textRoom } from "../../../lib/pipeline/run/text_room.ts";
import { prefix, prompt } from "../../adapters/toy_adapters.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { reviews, tinyModel } from "../tiny.ts";

const adding: AttachedMethod = { parameters: [], trains: () => false };

Deno.test("a method's tokens are taken from the model's room, not from the setting", () => {
  const roomOf = (wanted: number, added: Partial<AttachedMethod>) =>
    textRoom(wanted, { maxTokens: 64 }, { ...adding, ...added });
  assert.equal(roomOf(128, {}), 64);
  assert.equal(roomOf(128, { virtualTokens: 3 }), 61);
  assert.equal(roomOf(128, { prefixTokens: 2 }), 62);
  assert.equal(roomOf(128, { virtualTokens: 3, prefixTokens: 2 }), 59);
  // A decoder's first token stands between the prefix and the target.
  const decoder = { maxTokens: 64, numDecoderLayers: 2 };
  assert.equal(textRoom(128, decoder, { ...adding, prefixTokens: 2 }), 61);
  assert.equal(textRoom(128, decoder, adding), 64);
  assert.equal(roomOf(61, { virtualTokens: 3 }), 61);
  assert.equal(roomOf(62, { virtualTokens: 3 }), 61);
  assert.equal(roomOf(128, { virtualTokens: 63 }), 1);
  assert.throws(
    () => roomOf(128, { virtualTokens: 64 }),
    isMistake("input", "adds 64 tokens", "takes 64", "fewer"),
  );
});

for (const [name, attach] of Object.entries({ prompt, prefix })) {
  Deno.test(`texts beyond the model's limit are cut to fit beside a ${name}`, () =>
    inFolder(async (folder) => {
      const rows = reviews(24).map(({ text, mood }) => ({
        text: Array(30).fill(text).join(" "),
        mood,
      }));
      const result = await model(await tinyModel(join(folder, "base")))
        .data(tableFromRows(rows, "long reviews"), { text: "text", label: "mood" })
        .adapt({ method: name, settings: {}, attach: (host: ModelInfo) => attach(host) })
        .train({ epochs: 1, batchSize: 8 })
        .evaluate({ accuracy }).run({ quiet: true, device: "cpu" });
      assert.ok(result.losses.every(Number.isFinite));
      const [{ probabilities }] = await result.predict([rows[0].text]);
      assert.ok(Object.values(probabilities).every(Number.isFinite));
      await result.dispose();
    }));
}
