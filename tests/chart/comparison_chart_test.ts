import assert from "node:assert/strict";
import { comparisonChart } from "../../lib/chart/comparison_chart.ts";

Deno.test("draws a row for each method and says its figures", async () => {
  const drawn = comparisonChart([
    { name: "lora <1>", mean: 0.9, low: 0.85, high: 0.95, scores: [0.88, 0.92] },
    { name: "head", mean: 0.75, low: 0.75, high: 0.75, scores: [0.75] },
  ], "accuracy");
  assert.match(String(drawn), /2 methods.*lora <1>: 0.9 \(0.85 to 0.95\); head: 0.75/);
  const svg = await drawn.svg();
  assert.match(svg, /lora &lt;1&gt;[^]*head/);
  assert.match(svg, />accuracy</);
});
