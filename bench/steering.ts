/**
 * Steering a small decoder towards positive reviews, as in the first experiment of the DPO paper (Rafailov et al., 2023, arXiv
 * 2305.18290, section 6.1): what reward SFT, DPO, KTO, GRPO and PPO reach at which divergence from SFT. The reward is the probability
 * of "positive" by a classifier that was trained on other reviews. `deno task bench:steering` goes on where it was stopped.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { writeFileAtomic } from "../lib/core/atomic.ts";
import { processorThreads } from "../lib/engine/mod.ts";
import { describeMachine, machineText } from "./machine.ts";
import {
  pointName,
  runPoint,
  type SteeringMethod,
  steeringMethods,
  type SteeringPoint,
  steeringPoints,
} from "./steering_points.ts";
import { type SteeringSize, steeringStart } from "./steering_start.ts";
import { steeringChart, type SteeringResult, steeringTable } from "./steering_table.ts";
import { study } from "./study.ts";

const { values } = parseArgs({
  options: {
    method: { type: "string", multiple: true },
    points: { type: "string" },
    only: { type: "string", multiple: true },
    seed: { type: "string", default: "1" },
    words: { type: "string", default: "3" },
    prompts: { type: "string", default: "400" },
    "held-out": { type: "string", default: "128" },
    answers: { type: "string", default: "2" },
    judged: { type: "string", default: "4" },
    tokens: { type: "string", default: "24" },
    out: { type: "string", default: "out/bench/steering" },
    list: { type: "boolean", default: false },
  },
});

const wrong = values.method?.filter((each) => !steeringMethods.includes(each as SteeringMethod));
if (wrong?.length) throw new Error(`not studied: ${wrong}. Methods: ${steeringMethods.join(", ")}`);
const points = steeringPoints()
  .filter(({ method }) => method === "sft" || (values.method?.includes(method) ?? true))
  .filter((point) => point.method === "sft" || (values.only?.some(isIn(point)) ?? true))
  .slice(0, values.points === undefined ? undefined : Number(values.points));

if (values.list) { for (const point of points) console.log(pointName(point)); }
else {
  const size: SteeringSize = {
    words: Number(values.words),
    prompts: Number(values.prompts),
    heldOut: Number(values["held-out"]),
    answers: Number(values.answers),
    judged: Number(values.judged),
    maxNewTokens: Number(values.tokens),
    seed: Number(values.seed),
  };
  await using start = await steeringStart(values.out, size);
  console.error(
    `the classifier is right on ${
      (100 * start.classifierAccuracy).toFixed(1)
    } % of the other reviews`,
  );
  const results = await study<SteeringPoint, SteeringResult>({
    points,
    keyOf: (point) => `${pointName(point)} · ${Object.values(size).join(" ")}`,
    measure: (point) => runPoint(point, start, size),
    kindOf: ({ method }) => method,
    table: steeringTable,
    out: `${values.out}/points`,
  });
  await writeFileAtomic(`${values.out}/chart.svg`, await steeringChart(results).svg());
  console.log(machineText(describeMachine(processorThreads())));
  console.log(steeringTable(results));
}

/** Whether a point's name has some text. */
function isIn(point: SteeringPoint): (text: string) => boolean {
  return (text) => pointName(point).includes(text);
}
