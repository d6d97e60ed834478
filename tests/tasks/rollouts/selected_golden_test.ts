import assert from "node:assert/strict";
import { onlineDpoMethod } from "../../../lib/tasks/online_dpo.ts";
import { rejectionSamplingMethod } from "../../../lib/tasks/rejection_sampling.ts";
import { goldenPath, largestDifference } from "../../models/golden.ts";
import { runStored, type StoredRollouts } from "./stored_run.ts";

interface Case {
  readonly options: Readonly<Record<string, unknown>> & { readonly groupSize: number };
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  /** Of each rollout [prompt, best, worst] of its pairs, or [prompt, member] of the answers that are kept. */
  readonly learned: readonly (readonly (readonly number[])[])[];
  /** Mean implicit rewards by step. */
  readonly chosen?: readonly number[];
  readonly rejected?: readonly number[];
  readonly after: readonly (readonly number[])[];
}

const read = async (name: string) => JSON.parse(await Deno.readTextFile(goldenPath(name)));
const stored: StoredRollouts & { readonly most: number } = await read("rollouts.json");
const { cases }: { readonly cases: Record<string, Case> } = await read("online_dpo.json");

/**
 * Fifty steps of AdamW enlarge the rounding of float32, which is 1e-7 in the first steps. Losses above 1 (those of `ipo`
 * reach 129) may differ by this share of themselves; log probabilities are of the size 1 to 10.
 */
const tolerance = 1e-3;

for (const [name, { options: { task, ...own }, ...wanted }] of Object.entries(cases)) {
  const peer = task === "online-dpo" ? "TRL" : "PyTorch";
  Deno.test(`50 steps of ${task}, ${name}, are those of ${peer}`, async () => {
    const all = { prompt: "asked", rewards: () => 0, maxNewTokens: stored.most, ...own };
    const method = task === "online-dpo" ? onlineDpoMethod(all) : rejectionSamplingMethod(all);
    const learned: number[][][] = [];
    const lower = own.topShare === undefined ? 0 : 0.01; // so that answers to different prompts are not equal
    const rollouts = stored.rollouts.map((groups) =>
      groups.map((group, prompt) =>
        group.map((each) => ({ ...each, reward: each.reward - lower * prompt }))
      )
    );
    const run = await runStored(method, { ...stored, rollouts }, {
      train: {
        epochs: wanted.losses.length / method.updates,
        batchSize: 4,
        learningRate: 3e-3,
        maxGradientNorm: 1,
      },
      onStep: ({ present: { groups, answers } }) =>
        learned.push(
          groups.map((group) =>
            group.filter((sequence) => answers.get(sequence)!.counts)
              .map((sequence) => sequence % own.groupSize)
          ),
        ),
    });
    const { result, rows, norms } = run;
    wanted.learned.forEach((each, rollout) => {
      const members = stored.prompts.map((_, prompt) =>
        each.filter(([own]) => own === prompt).flatMap(([, ...members]) => members)
      );
      const found = learned[rollout * method.updates];
      if (task === "online-dpo") assert.deepEqual(found, members);
      else assert.deepEqual(found.map((group) => group.toSorted()), members);
    });
    // The first norm is that of the same parameters.
    const first = wanted.norms.findIndex((norm) => norm > 0);
    assert.ok(Math.abs(norms[first] / wanted.norms[first] - 1) < tolerance);
    const difference = Math.max(
      ...wanted.losses.map((loss, step) =>
        Math.abs(result.losses[step] - loss) / Math.max(1, Math.abs(loss))
      ),
    );
    assert.ok(difference < tolerance, `losses differ by ${difference}`);
    wanted.norms.forEach((norm, step) => assert.equal(norms[step] === 0, norm === 0));
    for (const side of ["chosen", "rejected"] as const) {
      const series = rows.record()["implicit reward"];
      if (!series || method.updates > 1) continue;
      const apart = largestDifference(series.map(({ values }) => values[side]), [...wanted[side]!]);
      assert.ok(apart < tolerance, `${side} rewards differ by ${apart}`);
    }
    const after = await run.logProbsAfter(
      stored.rollouts[0].map((group) => group.slice(0, own.groupSize)),
    );
    const apart = Math.max(
      ...after.map((each, at) => largestDifference(each, [...wanted.after[at]])),
    );
    assert.ok(apart < tolerance, `log probabilities after the training differ by ${apart}`);
    result.state.dispose();
  });
}
