import assert from "node:assert/strict";
import { grpoMethod } from "../../../lib/tasks/grpo.ts";
import { rlooMethod } from "../../../lib/tasks/rloo.ts";
import { goldenPath, largestDifference } from "../../models/golden.ts";
import { runStored, type StoredRollouts } from "./stored_run.ts";

interface Case {
  readonly options: Readonly<Record<string, unknown>>;
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  readonly advantages: readonly (readonly number[])[];
  readonly clipped?: readonly number[];
  readonly after: readonly (readonly number[])[];
}

const golden: StoredRollouts & { readonly most: number; readonly cases: Record<string, Case> } =
  JSON
    .parse(await Deno.readTextFile(goldenPath("rollouts.json")));

/**
 * Fifty steps of AdamW enlarge the rounding of float32; losses are of the size 0.01 to 1, and log probabilities of
 * the size 1 to 10.
 */
const tolerance = 1e-3;
/** Those of RLOO read how far the trained model is from the reference, and are divided by their deviation. */
const advantageTolerance = 3e-3;

for (const [name, { options, ...wanted }] of Object.entries(golden.cases)) {
  Deno.test(`50 steps of ${name} are those of TRL`, async () => {
    const { task, ...own } = options;
    const all = {
      prompt: "asked",
      rewards: () => 0,
      groupSize: 3,
      maxNewTokens: golden.most,
      ...own,
    };
    const method = task === "rloo" ? rlooMethod(all) : grpoMethod(all);
    const run = await runStored(method, golden, {
      train: {
        epochs: wanted.losses.length / method.updates,
        batchSize: 4,
        learningRate: 3e-3,
        maxGradientNorm: 1,
      },
    });
    const { result, rows, advantages, norms } = run;
    // The first norm is that of the same parameters.
    const first = Math.abs(norms[0] / wanted.norms[0] - 1);
    assert.ok(wanted.norms[0] < 1e-6 || first < tolerance, `the first norm differs by ${first}`);
    const difference = largestDifference([...result.losses], [...wanted.losses]);
    assert.ok(difference < tolerance, `losses differ by ${difference}`);
    wanted.advantages.forEach((each, rollout) => {
      const apart = largestDifference(advantages[rollout * method.updates], [...each]);
      assert.ok(apart < advantageTolerance, `advantages of rollout ${rollout} differ by ${apart}`);
    });
    if (wanted.clipped && method.loss.ratio !== "sum") {
      const found = rows.record()["ratios clipped"].map(({ values }) => values.share);
      const apart = largestDifference(found, [...wanted.clipped]);
      assert.ok(apart < tolerance, `clipped shares differ by ${apart}`);
    }
    const after = await run.logProbsAfter(golden.rollouts[0]);
    const apart = Math.max(
      ...after.map((each, at) => largestDifference(each, [...wanted.after[at]])),
    );
    assert.ok(apart < tolerance, `log probabilities after the training differ by ${apart}`);
    result.state.dispose();
  });
}
