import assert from "node:assert/strict";
import { join } from "node:path";
import { edge, full, imageClassification, lora, model, tableFromColumns } from "tunebook";
import { serveEdge } from "../../lib/deploy/edge/serve_edge.ts";
import { columnValues } from "../../lib/table/columns.ts";
import { isMistake } from "../is_mistake.ts";
import { moods, tinyModel } from "../pipeline/tiny.ts";
import { squares } from "../tasks/object_detection/squares.ts";
import { inFolder } from "../weights/in_folder.ts";

Deno.test("a server by WebAssembly answers as trained with the network's permission alone", () =>
  inFolder(async (folder) => {
    const out = join(folder, "edge");
    const plan = model(await tinyModel(join(folder, "base")))
      .data(moods(48), { text: "text", label: "mood" }).adapt(lora({ rank: 2 }))
      .train({ epochs: 2, learningRate: 1e-2, batchSize: 8 }).deploy(edge(out, { title: "Moods" }));
    const result = await plan.run({ quiet: true });
    const { webAssembly } = result.receipts[0].reader!;
    assert.equal(webAssembly!.inputs, 6);
    assert.ok(webAssembly!.largestDifference < 1e-5, `${webAssembly!.largestDifference}`);
    assert.match(result.toString(), /its server answers 6 of them by WebAssembly/);
    const [{ probabilities }] = await result.predict(["the film was lovely"]);
    await result.dispose();

    await using server = await serveEdge(out);
    const { title, input } = await (await fetch(server.url)).json();
    assert.deepEqual([title, input], ["Moods", { text: "a text" }]);
    assert.equal(await (await fetch(`${server.url}health`)).text(), "ok");
    const ask = (body: BodyInit) => fetch(`${server.url}ask`, { method: "POST", body });
    const { answer } = await (await ask('{"text":"the film was lovely"}')).json();
    for (const { label, score } of answer) {
      assert.ok(Math.abs(score - probabilities[label as "positive"]) < 1e-5);
    }
    const wrong: readonly [BodyInit, number, RegExp][] = [
      ["{", 400, /the body is no JSON/],
      ["[]", 400, /must be an object with text/],
      ['{"text":7,"txt":"a"}', 400, /there is no field "txt"; text must be a text/],
      [`{"text":"${"a".repeat(1_100_000)}"}`, 413, /at most 1000000 bytes/],
    ];
    for (const [body, status, message] of wrong) {
      const response = await ask(body);
      assert.equal(response.status, status);
      assert.match((await response.json()).error.message, message);
    }
    const methods = await fetch(`${server.url}ask`);
    assert.deepEqual([methods.status, methods.headers.get("allow")], [405, "POST"]);
    await methods.body?.cancel();
    const path = await fetch(`${server.url}../settings.json`);
    assert.equal(path.status, 404);
    await path.body?.cancel();
  }));

Deno.test("a server that answers otherwise than the trained model is refused", () =>
  inFolder(async (folder) => {
    const out = join(folder, "edge");
    const honest = edge(out);
    const plan = model(await tinyModel(join(folder, "base")))
      .data(moods(48), { text: "text", label: "mood" }).adapt(lora({ rank: 2 }))
      .train({ epochs: 1 }).deploy({
        ...honest,
        async write(trained, folder) {
          await honest.write(trained, folder);
          const file = join(folder, "handler.js");
          const text = await Deno.readTextFile(file);
          await Deno.writeTextFile(file, text.replace("await model.ask(input)", "[]"));
        },
      });
    await assert.rejects(plan.run({ quiet: true }), isMistake("output", "the server answers []"));
  }));

Deno.test("images are refused before any training", () =>
  inFolder(async (folder) => {
    const scenes = await squares(8);
    const label = columnValues(scenes, "objects").map((cell) =>
      (cell as { label: string }[])[0].label
    );
    const table = tableFromColumns({ image: columnValues(scenes, "image"), label });
    const sizes = { hiddenSize: 12, layers: 1, heads: 1, imageSize: 32, patchSize: 8 };
    const plan = model("new:vit", sizes)
      .data(table, imageClassification({ image: "image", label: "label" }), { test: table })
      .adapt(full()).train({ epochs: 1e6 }).deploy(edge(join(folder, "edge")));
    await assert.rejects(
      plan.run({ quiet: true }),
      isMistake("unsupported", "edge(folder) takes texts"),
    );
  }));
