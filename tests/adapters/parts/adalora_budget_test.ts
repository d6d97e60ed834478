import assert from "node:assert/strict";
import {
  type BudgetSchedule,
  checkSchedule,
  ranksOverTime,
  spendBudget,
  type Triplets,
} from "../../../lib/adapters/parts/adalora_budget.ts";
import { TunebookError } from "../../../lib/core/errors.ts";
import { Random } from "../../../lib/core/random.ts";

const triplets: Triplets[] = ["key", "value"].map((path) => ({
  path,
  rank: 4,
  inFeatures: 3,
  outFeatures: 2,
  a: `${path}.a`,
  b: `${path}.b`,
  e: `${path}.e`,
}));
const initialBudget = 8;
const targetBudget = 5;

/** Spends the budget of a run on random numbers, and gives the ranks that were left in the end. */
function ranksAfter(schedule: BudgetSchedule, totalSteps: number): number[] {
  const random = Random.fromSeed(1);
  const numbers = (): Map<string, Float32Array> =>
    new Map(
      triplets.flatMap(({ a, b, e, rank, inFeatures, outFeatures }) =>
        [[a, rank * inFeatures], [b, outFeatures * rank], [e, rank]].map(([name, size]) =>
          [
            name as string,
            Float32Array.from({ length: size as number }, () => random.normal()),
          ] as const
        )
      ),
    );
  const memory = new Map<string, Float32Array>();
  let parameters = numbers();
  for (let step = 1; step <= totalSteps; step++) {
    // An optimiser moves what was masked, too.
    parameters = numbers();
    const changed = spendBudget(triplets, schedule, { beta1: 0.85, beta2: 0.85 }, {
      step,
      totalSteps,
      parameters,
      gradients: numbers(),
      methodState: memory,
    });
    for (const [name, values] of changed ?? []) parameters.set(name, values);
  }
  const left = triplets.map(({ e }) => parameters.get(e)!.filter((each) => each !== 0).length);
  const recorded = ranksOverTime(triplets, memory).at(-1)?.values;
  assert.deepEqual(Object.values(recorded ?? {}), left);
  return left;
}

Deno.test("every tiny run is refused before it begins or ends at the target", () => {
  let ran = 0;
  for (let totalSteps = 1; totalSteps <= 5; totalSteps++) {
    const counts = [0, 0.1, 0.3, 0.5, 0.9, ...Array.from({ length: 6 }, (_, i) => i + 1)];
    for (const initial of counts) {
      for (const final of counts) {
        for (const every of [1, 2, 3]) {
          const schedule = { initialBudget, targetBudget, initial, final, every };
          const name = JSON.stringify({ totalSteps, initial, final, every });
          try {
            checkSchedule(schedule, totalSteps);
          } catch (error) {
            assert.ok(error instanceof TunebookError, name);
            assert.match(error.message, new RegExp(`the run has ${totalSteps} steps?,`), name);
            continue;
          }
          ran++;
          const left = ranksAfter(schedule, totalSteps);
          assert.equal(left.reduce((sum, each) => sum + each), targetBudget, name);
        }
      }
    }
  }
  assert.ok(ran > 20, String(ran));
});

Deno.test("two steps are the fewest, as in PEFT, and one says why", () => {
  const schedule = { initialBudget, targetBudget, initial: 0, final: 0, every: 1 };
  assert.throws(() => checkSchedule(schedule, 1), /before any importance was measured/);
  assert.throws(
    () => checkSchedule({ ...schedule, final: 1 }, 2),
    /before any importance was measured. Lower finalSteps, or train longer/,
  );
  checkSchedule(schedule, 2);
  checkSchedule({ ...schedule, final: 1 }, 3);
});
