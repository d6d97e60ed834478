import assert from "node:assert/strict";
import { gaussLegendre, type Quadrature } from "../../../lib/evaluate/explain/gauss_legendre.ts";
import { pathQuadrature } from "../../../lib/evaluate/explain/path_quadrature.ts";

/** Where a model changes its mind, and how fast. */
interface Turn {
  readonly at: number;
  readonly width: number;
  readonly by: number;
}

const valueOf = (turns: readonly Turn[]) => (t: number) =>
  turns.reduce((sum, { at, width, by }) => sum + by * Math.tanh((t - at) / width), 0);
const slopeOf = (turns: readonly Turn[]) => (t: number) =>
  turns.reduce((sum, { at, width, by }) => sum + by / width / Math.cosh((t - at) / width) ** 2, 0);
const sumsOf = (value: (t: number) => number, parts = 12) =>
  Array.from({ length: parts + 1 }, (_, at) => value(at / parts));
const integral = ({ nodes, weights }: Quadrature, of: (t: number) => number) =>
  nodes.reduce((sum, node, at) => sum + weights[at] * of(node), 0);

for (const at of [0.03, 0.21, 0.5, 0.77, 0.99]) {
  for (const width of [0.02, 0.05, 0.2]) {
    Deno.test(`24 points find a turn of width ${width} at ${at}`, () => {
      const turns = [{ at, width, by: -2 }];
      const value = valueOf(turns);
      const change = value(1) - value(0);
      const found = integral(pathQuadrature(sumsOf(value), 24), slopeOf(turns));
      assert.ok(Math.abs(found - change) < 0.01 * Math.abs(change), `${found}, not ${change}`);
    });
  }
}

Deno.test("evenly spread points miss what these find", () => {
  const turns = [{ at: 0.37, width: 0.02, by: 1 }];
  const value = valueOf(turns);
  const change = value(1) - value(0);
  const error = (rule: Quadrature) => Math.abs(integral(rule, slopeOf(turns)) - change);
  const [ours, even] = [error(pathQuadrature(sumsOf(value), 24)), error(gaussLegendre(50))];
  assert.ok(ours < 1e-3 && even > 10 * ours, `${ours} and ${even}`);
});

Deno.test("more points bring the integral of two turns nearer", () => {
  const turns = [{ at: 0.2, width: 0.03, by: 1 }, { at: 0.8, width: 0.03, by: -0.9 }];
  const value = valueOf(turns);
  const change = value(1) - value(0);
  const error = (count: number) =>
    Math.abs(integral(pathQuadrature(sumsOf(value), count), slopeOf(turns)) - change);
  assert.ok(error(96) < 0.02, `${error(24)}, ${error(96)}`);
});

Deno.test("nodes lie between the ends in their order, and a line is integrated exactly", () => {
  for (const sums of [sumsOf((t) => t), sumsOf(() => 1), sumsOf((t) => t ** 8)]) {
    const rule = pathQuadrature(sums, 24);
    const ends = [0, ...rule.nodes, 1];
    assert.ok(ends.every((node, at) => at === 0 || node > ends[at - 1]));
    assert.ok(Math.abs(integral(rule, () => 1) - 1) < 1e-9);
    assert.ok(Math.abs(integral(rule, (t) => 2 * t) - 1) < 1e-9);
  }
});
