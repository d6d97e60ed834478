/**
 * Draws the README's picture: the loss of the default run. Runs it first, which takes about half a
 * minute: `deno run --allow-all docs/make_picture.ts`.
 *
 * @module
 */
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { writeFileAtomic } from "../lib/core/atomic.ts";
import { planOfFlags } from "../lib/cli/plan_of_flags.ts";

/** Steps over which the smooth line averages. */
const window = 25;

const result = await planOfFlags({ out: await Deno.makeTempDir(), deploy: "" }).run();
const smooth = result.losses.map((_, step) => {
  const part = result.losses.slice(Math.max(0, step - window + 1), step + 1);
  return part.reduce((sum, loss) => sum + loss, 0) / part.length;
});
const accuracy = Number(result.scores.accuracy);
const spec: TopLevelSpec = {
  width: 640,
  height: 240,
  background: "white",
  title: {
    text:
      `LoRA on MiniLM, ${result.examples} sentences trained on: ${(100 * accuracy).toFixed(1)} % ` +
      "of held-out sentences right",
    fontSize: 14,
    anchor: "start",
  },
  data: {
    values: result.losses.map((loss, step) => ({ step: step + 1, loss, smooth: smooth[step] })),
  },
  encoding: { x: { field: "step", type: "quantitative", title: "step" } },
  layer: [
    {
      mark: { type: "line", color: "#9ecae1", strokeWidth: 1 },
      encoding: { y: { field: "loss", type: "quantitative", title: "loss" } },
    },
    {
      mark: { type: "line", color: "#08519c", strokeWidth: 2 },
      encoding: { y: { field: "smooth", type: "quantitative" } },
    },
  ],
};
const view = new vega.View(vega.parse(compile(spec).spec), { renderer: "none" });
const target = new URL("default_run.svg", import.meta.url).pathname;
await writeFileAtomic(target, await view.toSVG());
await result.dispose();
