import assert from "node:assert/strict";
import { type LinePoint, simplifiedLine } from "../../lib/chart/simplify_line.ts";
import { Random } from "../../lib/core/random.ts";

const areaOf = (points: readonly LinePoint[]) =>
  points.slice(1).reduce(
    (sum, { x, y }, at) => sum + (x - points[at].x) * (y + points[at].y) / 2,
    0,
  );

Deno.test("a line keeps its corners and loses what lies on it", () => {
  const points = [[0, 0], [1, 0], [2, 0], [2, 1], [2, 5], [3, 5]].map(([x, y]) => ({ x, y }));
  const kept = simplifiedLine(points, { tolerance: 0.1, most: 10 });
  assert.deepEqual(kept, [points[0], points[2], points[4], points[5]]);
  assert.deepEqual(simplifiedLine(points.slice(0, 2), { tolerance: 9, most: 2 }).length, 2);
});

Deno.test("a walk of many steps keeps its area with few points", () => {
  const random = Random.fromSeed(4);
  const rows = 50_000;
  let [x, y] = [0, 0];
  const walk = Array.from({ length: rows }, () => {
    if (random.uniform() < 0.5) x += 1 / rows;
    else y += 1 / rows;
    return { x, y };
  });
  const kept = simplifiedLine(walk, { tolerance: 1e-3, most: 400 });
  assert.ok(kept.length <= 400 && kept.length > 2, `${kept.length} points`);
  assert.ok(Math.abs(areaOf(kept) - areaOf(walk)) < 2e-3);
  const few = simplifiedLine(walk, { tolerance: 1e-6, most: 20 });
  assert.ok(few.length <= 20 && few[0] === walk[0] && few.at(-1) === walk.at(-1));
});
