import assert from "node:assert/strict";
import { join } from "node:path";
import { accuracy, adapter, full, ia3, type Method, model, peft, tableFromRows } from "tunebook";
import { methodOf, methods } from "../../lib/adapters/mod.ts";
import { jupyterDisplay, type MimeBundle } from "../../lib/core/display.ts";
import { inFolder } from "../weights/in_folder.ts";
import { reviews, tinyModel } from "./tiny.ts";

const columns = { text: "text", label: "mood" };
const table = () => tableFromRows(reviews(40).map((row) => ({ ...row })), "reviews");

Deno.test("a plan shows the rate of its method, or the one that it was given", () => {
  for (const name of Object.keys(methods).filter((each) => each !== "peft")) {
    const method = methodOf(name);
    const data = model("file:base").data("rows.csv", columns).adapt(method);
    assert.ok(method.learningRate! > 0, `${name} has no rate`);
    assert.match(
      String(data.train()),
      new RegExp(`, learning rate ${method.learningRate} linear`),
      name,
    );
    assert.match(String(data.train({ learningRate: 7e-4 })), /, learning rate 0\.0007 linear/);
  }
});

Deno.test("a run takes the rate of its method, and that of the method in a folder", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const data = model(reference).data(table(), columns);
    const lossesOf = async (method: Method, learningRate?: number) => {
      const plan = data.adapt(method).train({ epochs: 1, batchSize: 4, learningRate });
      const result = await plan.evaluate({ accuracy }).run({ quiet: true });
      await result.dispose();
      return result.losses;
    };
    const saved = join(folder, "adapter");
    const first = await data.adapt(ia3()).train({ epochs: 0 }).evaluate({})
      .deploy(adapter(saved)).run({ quiet: true });
    await first.dispose();
    const cases: [Method, number][] = [
      [full(), full().learningRate!],
      [peft(saved), ia3().learningRate!],
    ];
    for (const [method, rate] of cases) {
      const losses = await lossesOf(method);
      assert.deepEqual(losses, await lossesOf(method, rate), method.method);
      assert.notDeepEqual(losses, await lossesOf(method, 2 * rate), method.method);
    }

    const plan = data.adapt(peft(saved)).train();
    assert.match(String(plan), /, learning rate of the method linear/);
    const shown = await (plan as unknown as Record<symbol, () => Promise<MimeBundle>>)
      [jupyterDisplay]();
    assert.ok(
      shown["text/plain"].includes(`, learning rate ${ia3().learningRate} linear`),
      shown["text/plain"],
    );
  }));
