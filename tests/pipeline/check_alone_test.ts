import assert from "node:assert/strict";
import { head, int, jsonLines, model } from "tunebook";
import { moods } from "./tiny.ts";

const data = () => model("file:none").data(moods(8), { text: "text", label: "mood" });

Deno.test("comparisons and sweeps are followed by nobody, and are work of one process", async () => {
  const compared = data().compare({ head: head() });
  const plan = data().adapt(head()).train();
  const searched = model("file:none")
    .data(moods(8), { text: "text", label: "mood", validation: 2 })
    .search({ method: head(), epochs: int(1, 2) }, { budget: { trials: 1 } });
  const trackers = [jsonLines("run.jsonl")];
  await assert.rejects(compared.run({ trackers }), /compare\(…\)\.run\(\) has no option trackers/);
  await assert.rejects(
    plan.findLearningRate({}, { name: "a" }),
    /findLearningRate\(\) has no option name/,
  );
  Deno.env.set("RANK", "1");
  Deno.env.set("WORLD_SIZE", "2");
  try {
    await assert.rejects(compared.run(), /work of one process, and 2 were launched/);
    await assert.rejects(plan.findLearningRate(), /work of one process/);
    await assert.rejects(searched.run(), /started one by one share the trials of a search/);
  } finally {
    Deno.env.delete("RANK");
    Deno.env.delete("WORLD_SIZE");
  }
});
