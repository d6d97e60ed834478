import assert from "node:assert/strict";
import { join } from "node:path";
import { ia3, lora, model, type Prediction, prefixTuning } from "tunebook";
import { inFolder } from "../../weights/in_folder.ts";
import { tinyModel } from "../tiny.ts";
import { assertSame, quiet, settings, table, texts, trained } from "./trained.ts";

const columns = { label: "mood" };
const quantize = "nf4";

for (const name of ["bert", "llama"]) {
  Deno.test(`adapters over a ${name} in nf4 are switched, mixed, stacked and averaged`, () =>
    inFolder(async (folder) => {
      const reference = await tinyModel(join(folder, "base"), name);
      const at = (name: string) => join(folder, name);
      const targets = name === "bert" ? ["value", "output.dense"] : ["v_proj", "down_proj"];
      const methods = {
        a: lora({ rank: 2 }),
        b: lora({ rank: 4, targets }),
        scaled: ia3(),
        prefixed: prefixTuning({ tokens: 2 }),
      };
      const names = ["a", "b", "scaled", "prefixed"] as const;
      const expected = {} as Record<typeof names[number], Prediction[]>;
      for (const each of names) {
        expected[each] = await trained(reference, at(each), methods[each], columns, quantize);
      }
      const base = await model(reference, { quantize }).open();
      try {
        const first = await base.attach({ a: at("a"), b: at("b") });
        for (const each of ["a", "b"] as const) {
          assertSame(await first.use(each).predict(texts), expected[each]);
        }
        const all = await first.attach({ scaled: at("scaled"), prefixed: at("prefixed") });
        for (const each of names) assertSame(await all.use(each).predict(texts), expected[each]);
        const mixed = await all.predict(texts, { adapters: names });
        assertSame(mixed, names.map((each, row) => expected[each][row]));

        // A run compiles the sum's matrices in; a shared base is fed with both adapters.
        const sum = all.average({ a: 1, b: 1 }, { head: "a" });
        await sum.save(at("sum"));
        const run = await model(reference, { quantize }).data(table(60), {
          text: "text",
          ...columns,
        })
          .adapt(sum).train({ ...settings, epochs: 0 }).run(quiet);
        const summed = await run.predict(texts);
        await run.dispose();
        const more = await all.attach({ sum, saved: at("sum") });
        assertSame(await more.stack(["a", "b"]).predict(texts), summed);
        assertSame(await more.use("sum").predict(texts), summed);
        assertSame(await more.use("saved").predict(texts), summed);
        const rows = [["a", "b"], "sum", "prefixed", "a"] as const;
        const both = await more.predict(texts, { adapters: rows });
        assertSame(both, [summed[0], summed[1], expected.prefixed[2], expected.a[3]]);
        assert.throws(() => assertSame(summed, expected.a), /differs/);
      } finally {
        await base.dispose();
      }
      // The base is the quantised one: with the numbers of its file the same folder says other things.
      const plain = await model(reference).open();
      try {
        const float = await (await plain.attach({ a: at("a") })).use("a").predict(texts);
        assert.throws(() => assertSame(float, expected.a), /differs/);
      } finally {
        await plain.dispose();
      }
    }));
}
