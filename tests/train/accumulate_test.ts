import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { largestDifference } from "../models/golden.ts";
import { runToy, type ToyRunOptions } from "./toy_run.ts";

const tolerance = 1e-5;
// 22 rows are one step of 16 and one of 6, which accumulation cuts into 4 and 2.
const cases: Record<string, ToyRunOptions> = {
  "LoRA": {},
  "full fine-tuning": { method: full(), settings: { learningRate: 1e-3 } },
  "class weights": { classWeights: [0.2, 3, 1] },
  "grouped rows": { settings: { order: "grouped" } },
  "clipping": { settings: { maxGradientNorm: 0.05 } },
  "smoothed labels": { settings: { labelSmoothing: 0.1 } },
};

for (const [name, options] of Object.entries(cases)) {
  for (const device of name === "LoRA" ? ["cpu", "tfjs:cpu"] : ["cpu"]) {
    Deno.test(`accumulating 4 parts of 4 is a batch of 16: ${name}, ${device}`, async () => {
      const common = { order: "shuffled", ...options.settings } as const;
      const whole = await runToy({ ...options, device, settings: { ...common, batchSize: 16 } });
      const inParts = await runToy({
        ...options,
        device,
        settings: { ...common, batchSize: 4, accumulate: 4 },
      });
      assert.equal(whole.totalSteps, 4);
      assert.equal(inParts.totalSteps, 4);
      const losses = largestDifference(whole.losses, inParts.losses);
      assert.ok(losses < tolerance, `losses differ by ${losses}`);
      for (const [path, values] of whole.values) {
        // A key's bias has no influence: its gradient is rounding, which AdamW enlarges.
        if (path.endsWith("key.bias")) continue;
        const difference = largestDifference(values, inParts.values.get(path)!);
        assert.ok(difference < tolerance, `${path} differs by ${difference}`);
      }
    });
  }
}

Deno.test("rows of weight 0 alone leave the loss at 0", async () => {
  const { losses } = await runToy({ classWeights: [0, 0, 0] });
  assert.ok(losses.every((loss) => loss === 0), String(losses));
});
