/**
 * What TRL made of judged answers: `golden/preferences`.
 *
 * @module
 */
import { tableFromRows } from "../../../lib/table/table.ts";
import { goldenPath } from "../../models/golden.ts";

/** One training. */
interface GoldenRun {
  readonly losses: readonly number[];
  /** Some weights after the last step, `model.layers.1.self_attn.q_proj.weight`. */
  readonly weight: readonly number[];
}

/** The file. */
interface GoldenPreferences {
  readonly recipe: {
    readonly learning_rate: number;
    readonly weight_decay: number;
    readonly max_norm: number;
    readonly steps: number;
  };
  readonly rows: readonly { prompt: string; chosen: string; rejected: string }[];
  readonly labels: readonly boolean[];
  readonly margins: readonly number[];
  readonly encoded: Readonly<Record<string, readonly Record<string, readonly number[]>[]>>;
  readonly runs: Readonly<Record<string, GoldenRun>>;
}

/** What TRL made. */
export const golden: GoldenPreferences = JSON.parse(
  await Deno.readTextFile(goldenPath("preferences/preferences.json")),
);

/** The model before the training, `llama` or `reward`. */
export function goldenModel(name: string): string {
  return `file:${goldenPath(`preferences/${name}`)}`;
}

/** The pairs. */
export const goldenPairs = tableFromRows(
  golden.rows.map((row, at) => ({ ...row, margin: golden.margins[at] })),
);

/** One answer of each pair, with its label. */
export const goldenAnswers = tableFromRows(
  golden.rows.map(({ prompt, chosen, rejected }, at) => ({
    prompt,
    completion: golden.labels[at] ? chosen : rejected,
    label: golden.labels[at],
  })),
);

/** TRL's recipe; all rows are in every step. */
export const goldenTraining = {
  epochs: golden.recipe.steps,
  batchSize: golden.rows.length,
  learningRate: golden.recipe.learning_rate,
  weightDecay: golden.recipe.weight_decay,
  maxGradientNorm: golden.recipe.max_norm,
  schedule: "constant",
  warmup: 0,
  samples: 0,
} as const;

/** How TRL's ORPO and CPO write a text: with a start token, and the end token behind the answer. */
export const startedTemplate = "{{ bos_token }}{% for m in messages %}{{ m['content'] }}" +
  "{% if m['role'] == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}";
