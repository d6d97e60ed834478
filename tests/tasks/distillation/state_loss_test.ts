import assert from "node:assert/strict";
import {
  openDevice,
  type Program,
  type Tensor,
  valueAndGradients,
} from "../../../lib/engine/mod.ts";
import { classificationObjective } from "../../../lib/tasks/shared/classification_objective.ts";
import { withStateLoss } from "../../../lib/tasks/distillation/state_loss.ts";
import golden from "../../golden/distillation.json" with { type: "json" };

/** Float32 beside PyTorch's float64. */
const tolerance = 1e-5;
const own = classificationObjective({ kind: "single", outputs: 2, targets: new Float32Array(10) });

Deno.test("distances of hidden states and their gradients equal PyTorch's, projected or not", async () => {
  for (const each of golden.states) {
    const [rows, hiddenSize] = [each.states[0].length, each.states[0][0].length];
    const objective = withStateLoss(own, {
      pairs: [[1, 2], [3, 6]],
      weight: 2,
      states: each.teacher[0].map((state, row) =>
        Float32Array.from([...state, ...each.teacher[1][row]])
      ),
      hiddenSize,
    });
    const projections = objective.parameters ?? [];
    assert.equal(projections.length, each.projections.length);
    const all = Array.from({ length: rows }, (_, at) => at);
    const { targets: _, normaliser: __, ...fed } = objective.targetsOf(all, rows);
    const given = {
      ...fed,
      ...Object.fromEntries(each.states.map((state, at) => [
        `state_${at}`,
        { shape: [rows, hiddenSize], data: Float32Array.from(state.flat()) },
      ])),
      ...Object.fromEntries(projections.map(({ name, shape }, at) => [
        name,
        { shape, data: Float32Array.from(each.projections[at].flat()) },
      ])),
    };
    const moved = [
      ...each.states.map((_, at) => `state_${at}`),
      ...projections.map(({ name }) => name),
    ];
    const program: Program = {
      name: "states",
      inputs: Object.fromEntries(
        Object.entries(given).map(([name, { shape }]) => [
          name,
          { role: "feed", type: "float32", shape },
        ]),
      ),
      compute(feeds) {
        const { value, gradients } = valueAndGradients(
          () => objective.layerStates!.loss([feeds.state_0, feeds.state_1], feeds),
          Object.fromEntries(moved.map((name) => [name, feeds[name] as Tensor])),
        );
        const named = Object.entries(gradients).map(([name, each]) => [`gradient ${name}`, each]);
        return { loss: value, ...Object.fromEntries(named) };
      },
    };
    const step = await (await openDevice("cpu")).compile(program, {
      frozen: () => new Float32Array(),
    });
    const results = await step.run(given);
    await step.dispose();
    assert.ok(Math.abs(Number(results.loss.data[0]) - 2 * each.loss) < tolerance);
    [...each.gradients, ...each.projectionGradients].forEach((expected, at) => {
      const found = results[`gradient ${moved[at]}`].data;
      expected.flat().forEach((gradient, i) =>
        assert.ok(Math.abs(2 * gradient - Number(found[i])) < tolerance, `${moved[at]} ${i}`)
      );
    });
  }
});
