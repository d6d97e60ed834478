import assert from "node:assert/strict";
import { join } from "node:path";
import { adapter, lora, model, ppo, tableFromRows } from "tunebook";
import { openSafetensors } from "../../../lib/weights/safetensors.ts";
import { quiet } from "../../pipeline/open/trained.ts";
import { reviews, tinyModel } from "../../pipeline/tiny.ts";
import { inFolder } from "../../weights/in_folder.ts";

const rows = tableFromRows(reviews(24).map(({ text }) => ({ asked: text.slice(0, 8) })));

/** How many vowels an answer has. */
const vowels = ({ completion }: { completion: string }) =>
  completion.match(/[aeiou]/g)?.length ?? 0;

Deno.test("PPO reaches its reward, values follow it, and their head is in checkpoints and not in the model", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const task = ppo({
      ...{ prompt: "asked", rewards: { vowels }, groupSize: 8, maxNewTokens: 6, updates: 2 },
      ...{ valueWeight: 0.5, valueClip: 1, kl: { weight: 0.02 } },
    });
    const checkpoints = join(folder, "checkpoints");
    const result = await model(reference).data(rows, task).adapt(lora({ rank: 4 }))
      .train({
        ...{ epochs: 8, batchSize: 8, learningRate: 0.02, schedule: "constant", samples: 0 },
        checkpoints,
      })
      .deploy(adapter(join(folder, "adapter"))).run(quiet);
    assert.match(result.rollout!, /ratio before an update 1\.000[01] at the farthest token/);
    const record = result.methodRecord!;
    const some = 6;
    const mean = (name: string, value: string, from: number, to?: number) =>
      record[name].slice(from, to).reduce((sum, { values }) => sum + values[value], 0) / some;
    // 2.3 vowels become 11.9; the start of a value head expects none.
    const [before, after] = [mean("reward", "mean", 0, some), mean("reward", "mean", -some)];
    assert.ok(after > 2 * before, `${before} vowels became ${after}`);
    const [first, last] = [mean("value loss", "mean", 0, some), mean("value loss", "mean", -some)];
    assert.ok(last < first / 3, `the loss of values went from ${first} to ${last}`);
    assert.ok(mean("divergence of an answer", "nats", -some) > 1);
    assert.ok(record["explained variance"].every(({ values: { share } }) => share > -1));
    using kept = await openSafetensors(join(checkpoints, "checkpoint.safetensors"));
    assert.ok(kept.tensors.has("parameters/value.weight"));
    assert.ok(kept.tensors.has("rollout/kl weight"));
    using deployed = await openSafetensors(join(folder, "adapter", "adapter_model.safetensors"));
    assert.ok([...deployed.tensors.keys()].every((name) => !name.includes("value.")));
    await result.dispose();
  }));
