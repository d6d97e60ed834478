import assert from "node:assert/strict";
import { lora } from "../../lib/adapters/lora.ts";
import type { LoraOptions } from "../../lib/adapters/lora_options.ts";
import { Random } from "../../lib/core/random.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { trace } from "../../lib/engine/trace.ts";
import { attachTo } from "../../lib/nn/model.ts";
import type { TrainableModel } from "../../lib/nn/trainable_model.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { type GradientOptions, gradientProgram } from "../../lib/train/gradient_program.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { gradientRun } from "../nn/run_trainable_model.ts";
import { toyModel, toyRows, toyTargets } from "../nn/toy.ts";

const width = 8;
const rank = 5;
const tolerance = 1e-5;
const rows = toyRows(4);
const few: GradientOptions = { tokens: 4 };
/** Enough for the rank 5, too few for the rank 2. */
const some: GradientOptions = { tokens: 12 };
const many: GradientOptions = { tokens: 10_000 };

function attached(options: LoraOptions): TrainableModel {
  const model = toyModel({ layers: 2, width });
  const objective = classificationObjective({
    kind: "single",
    outputs: 3,
    targets: toyTargets(rows),
  });
  return { model, adapter: attachTo(model, lora({ rank, ...options })), objective };
}

/** True where no tensor [tokens, rank] lies between A and B. */
function isMerged(trainable: TrainableModel, options: GradientOptions, ofRank = rank): boolean {
  const program = gradientProgram(trainable, options);
  const { nodes, openDims } = trace(program, (path) => trainable.model.weights.get(path)!);
  return !nodes.some(({ outputs: [{ shape }] }) =>
    shape.length === 2 && openDims.isOpen(shape[0]) && shape[1] === ofRank
  );
}

Deno.test("LoRA is merged where rank and tokens are many, and there is no dropout on A's input", () => {
  assert.equal(isMerged(attached({}), many), true);
  assert.equal(isMerged(attached({}), few), false);
  assert.equal(isMerged(attached({}), {}), false);
  assert.equal(isMerged(attached({ dropout: 0.1 }), many), false);
  const unlike = attached({ ranks: { query: 2 } });
  assert.equal(isMerged(unlike, some), true);
  assert.equal(isMerged(unlike, some, 2), false);
});

const variants: Record<string, LoraOptions> = {
  "query and value": { ranks: { query: 3 } },
  "all linears": { targets: "all-linear", alpha: 3, rankStabilised: true },
};

for (const [name, options] of Object.entries(variants)) {
  for (const device of ["cpu", "tfjs:cpu"]) {
    for (const gradientCheckpointing of [false, true]) {
      const how = `${name}, ${device}${gradientCheckpointing ? ", recomputed" : ""}`;
      Deno.test(`both ways of LoRA give the same loss and gradients: ${how}`, async () => {
        const trainable = attached(options);
        const random = Random.fromSeed(5);
        const values = new Map(
          [...initialParameters(trainable, 1)].map(([path, numbers]) => [
            path,
            path.endsWith("lora_B") ? numbers.map(() => 0.3 * random.normal()) : numbers,
          ]),
        );
        const batch = rows.feedsOf([0, 1, 2, 3]);
        const compute = async (options: GradientOptions) => {
          const run = await gradientRun(trainable, await openDevice(device), batch, options);
          const results = [await run.lossAt(values), await run.gradientsAt(values)] as const;
          await run.dispose();
          return results;
        };
        const [loss, separate] = await compute({ ...few, gradientCheckpointing });
        const [again, merged] = await compute({ ...many, gradientCheckpointing });
        assert.ok(Math.abs(again - loss) < tolerance, `${again} instead of ${loss}`);
        for (const [path, numbers] of separate) {
          assert.ok(numbers.some((each) => each !== 0), `${path} has no gradient`);
          merged.get(path)!.forEach((each, i) => {
            const off = Math.abs(each - numbers[i]);
            assert.ok(off < tolerance, `${path}[${i}] is ${each} instead of ${numbers[i]}`);
          });
        }
      });
    }
  }
}
