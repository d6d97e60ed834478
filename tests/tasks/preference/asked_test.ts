import assert from "node:assert/strict";
import { join } from "node:path";
import { dpo, lora, model, tableFromRows } from "tunebook";
import { quiet } from "../../pipeline/open/trained.ts";
import { reviews, tinyModel } from "../../pipeline/tiny.ts";
import { inFolder } from "../../weights/in_folder.ts";

Deno.test("a text that is asked is the message of a user, as in the rows", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const rows = tableFromRows(
      reviews(8).map(({ text }) => ({ asked: text.slice(0, 8), good: "very good", bad: "bad" })),
    );
    const task = dpo({ prompt: "asked", chosen: "good", rejected: "bad", template: "plain" });
    const result = await model(reference).data(rows, task).adapt(lora({ rank: 2 }))
      .train({ epochs: 1, batchSize: 4, samples: 0 }).run(quiet);
    const most = { maxNewTokens: 4 };
    const asText = await result.generate(["the film"], most);
    const asMessages = await result.generate([[{ role: "user", content: "the film" }]], most);
    assert.deepEqual(asText, asMessages);
    assert.ok((await result.predict(["the film"]))[0].length > 0);
    for (const wrong of ["", 3]) {
      await assert.rejects(result.generate([wrong as string], most), { kind: "input" });
    }
    await result.dispose();
  }));
