import assert from "node:assert/strict";
import { join } from "node:path";
import { adapter, type GeneratedText, lora, model, open, promptTuning } from "tunebook";
import { jupyterDisplay, type MimeBundle } from "../../lib/core/display.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";
import { quiet } from "./open/trained.ts";
import { reviews, tinyModel } from "./tiny.ts";
import { tableFromRows } from "../../lib/table/table.ts";

const rows = tableFromRows(reviews(24).map((row) => ({ ...row })));

for (const method of [lora({ rank: 2 }), promptTuning({ tokens: 2 })]) {
  Deno.test(`a model trained with ${method.method} writes what its folder writes`, () =>
    inFolder(async (folder) => {
      const reference = await tinyModel(join(folder, "base"), "gpt2");
      const result = await model(reference).data(rows, { text: "text", test: rows })
        .adapt(method).train({ epochs: 1 }).deploy(adapter(join(folder, "a"))).run(quiet);
      const inputs = ["the film was", "food"];
      const written = await result.generate(inputs, { maxNewTokens: 6 });
      assert.deepEqual(written.map(({ tokens }) => tokens.length <= 6), [true, true]);
      assert.deepEqual(
        await result.predict(inputs),
        (await result.generate(inputs)).map((each) => each.text),
      );
      const opened = await open(join(folder, "a"));
      assert.deepEqual(await opened.generate(inputs, { maxNewTokens: 6 }), written);
      const bundle = (written as unknown as { [jupyterDisplay](): MimeBundle })[jupyterDisplay]();
      assert.match(bundle["text/plain"], /^the film was → /);

      const pieces: string[] = [];
      const stream = opened.stream("the film was", { maxNewTokens: 6 });
      let last: GeneratedText | undefined;
      while (!last) {
        const { done, value } = await stream.next();
        if (done) last = value;
        else pieces.push(value);
      }
      assert.equal(pieces.join(""), written[0].text);
      assert.deepEqual(last, written[0]);
      await opened.dispose();
      await result.dispose();
    }));
}

Deno.test("options, inputs and tasks that make no sense are refused by name", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const opened = await open(reference);
    try {
      const refuses = (work: Promise<unknown>, kind: "input" | "unsupported", words: string) =>
        assert.rejects(work, isMistake(kind, words));
      await refuses(opened.generate(["a"], { topP: 0.9 }), "input", "temperature");
      await refuses(opened.generate(["a"], { temprature: 1 } as never), "input", "temperature");
      await refuses(opened.generate("a" as never), "input", "takes a list of inputs");
      await refuses(opened.generate(["a", 3 as never]), "input", "input 2 is 3");
      await refuses(opened.generate(["film ".repeat(80)]), "input", "input 1 has");
      assert.throws(() => opened.chat(), isMistake("unsupported", "chat"));
      const stopped = AbortSignal.abort();
      await assert.rejects(opened.generate(["a"], { signal: stopped }), /stopped/);
    } finally {
      await opened.dispose();
    }
    await assert.rejects(opened.generate(["a"]), /was disposed of/);
    const classes = await model(await tinyModel(join(folder, "bert")))
      .data(rows, { text: "text", label: "mood", test: rows }).adapt(lora()).train({ epochs: 1 })
      .run(quiet);
    await assert.rejects(classes.generate(["a"]), isMistake("unsupported", "write no texts"));
    await classes.dispose();
  }));
