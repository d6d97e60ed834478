/**
 * The win rate of a trained model over the model before its training.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Device, State } from "../../engine/mod.ts";
import type { GenerateOptions } from "../../generate/generate_options.ts";
import type { GeneratedText } from "../../generate/generated_text.ts";
import type { TextModel } from "../../generate/text_model.ts";
import { pickRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import type { PlanSpec } from "../plan_spec.ts";
import type { Assembled } from "../run/assemble_stage.ts";
import { withInitial } from "../run/initial_parameters.ts";
import { onCellInterrupt } from "../run/on_interrupt.ts";
import { progressFor } from "../run/progress_for.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";
import { heldOutCases } from "../write/held_out_cases.ts";
import { givenInputs } from "../write/samples.ts";
import { lazyTextModel } from "../write/text_model_of.ts";
import { runOptionsOf } from "../write/written_predictions.ts";
import { countWins, judgePairs, type PairToJudge, type WinRate } from "./win_rate.ts";
import { shownWinRate } from "./win_rate_display.ts";
import type { PairJudge } from "../../nn/pair_judge.ts";
import { checkWinRateOptions, type WinRateOptions } from "./win_rate_options.ts";

/** What both models are made of. */
export interface ComparedModels {
  readonly spec: Pick<PlanSpec, "generate">;
  /** The seed of the parameters before the training. */
  readonly settings: { readonly seed: number };
  readonly task: AnyLabelledTask;
  /** The held-out rows. */
  readonly table: Table;
  readonly assembled: Assembled;
  /** In float32. */
  readonly device: Device;
  /** What the model's files say of writing. */
  readonly defaults: GenerateOptions;
  /** The trained parameters. */
  readonly state: State;
  readonly signal?: AbortSignal | undefined;
  readonly quiet?: boolean | undefined;
}

type AskedPair = Omit<PairToJudge, "trained" | "base">;

const defaultSeed = 1;

/** Has both models answer the same prompts, and a judge compare them. */
export async function winRateOf(
  models: ComparedModels,
  judge: PairJudge,
  options: WinRateOptions = {},
): Promise<WinRate> {
  checkWinRateOptions(judge, options);
  using interrupt = onCellInterrupt(options.signal ?? models.signal);
  const { signal } = interrupt;
  const { seed = defaultSeed, concurrency = 1 } = options;
  const { device, settings, assembled, state } = models;
  const shown = models.quiet ? { quiet: true } : {};
  const trained = textModelOf(models, state);
  try {
    const asked = pairsOf(models, trained.open(), options);
    const how = writingOf(models, { generate: options.generate, seed });
    const write = async (textModel: TextModel, title: string): Promise<string[]> => {
      const progress = progressFor(shown, title, asked.length, "prompts");
      const values = asked.map(({ value }) => value);
      const found: GeneratedText[] = await textModel.generate(values, { ...how, signal }, progress);
      progress.end();
      return found.map(({ text }) => text);
    };
    const own = await write(trained.open(), "trained model");
    const before: string[] = [];
    await withInitial(assembled, { device, seed: settings.seed }, async (initial) => {
      const base = textModelOf(models, initial);
      try {
        before.push(...await write(base.open(), "base model"));
      } finally {
        await base.dispose();
      }
    });
    const pairs = asked.map((each, at) => ({ ...each, trained: own[at], base: before[at] }));
    const progress = progressFor(shown, "comparing", pairs.length, "prompts");
    const winners = await judgePairs(judge, pairs, { seed, concurrency, signal, progress });
    progress.end();
    return shownWinRate({
      ...countWins(winners),
      compared: pairs.map(({ prompt, trained, base }, at) => ({
        ...{ prompt, trained, base },
        winner: winners[at],
      })),
    });
  } finally {
    await trained.dispose();
  }
}

/** What a training by rewards samples by; undefined for others. */
function samplingOf({ assembled }: ComparedModels) {
  return assembled.data.test.rollouts?.heldOut?.sampling;
}

function textModelOf(models: ComparedModels, state: State) {
  const { assembled, task, device, defaults } = models;
  const { stopTokens } = defaults;
  return lazyTextModel({
    ...{ ...assembled, task, device },
    // What a model's files say of drawing is not what a training draws by.
    defaults: samplingOf(models) ? (stopTokens ? { stopTokens } : {}) : defaults,
    state: () => Promise.resolve(state),
  });
}

/** How both write. */
function writingOf(
  models: ComparedModels,
  { generate, seed }: Pick<WinRateOptions, "generate"> & { readonly seed: number },
): GenerateOptions {
  const sampling = samplingOf(models);
  if (generate === undefined && sampling) {
    const given = Object.entries(sampling).filter(([, value]) => value !== undefined);
    return { ...Object.fromEntries(given), answers: 1, seed };
  }
  return runOptionsOf({ generate: generate ?? models.spec.generate, seed });
}

/** The prompts, those of held-out rows with their other columns. */
function pairsOf(
  { task, assembled: { processor }, table }: ComparedModels,
  textModel: TextModel,
  { prompts = Infinity }: WinRateOptions,
): AskedPair[] {
  if (typeof prompts === "object") {
    return givenInputs(prompts, textModel, "prompt").map(({ value, input }) => ({
      ...{ value, prompt: input },
      row: {},
    }));
  }
  if (processor.input !== "text" || !task.writing?.cases) {
    throw new TunebookError(
      "unsupported",
      `held-out rows of the task ${task.task.name} ask nothing; give winRate prompts of your own`,
    );
  }
  return heldOutCases({ task, processor, table }, textModel).slice(0, prompts)
    .map(({ row, input, asked }) => ({
      ...{ value: input, prompt: asked },
      row: { ...pickRows(table, [row]).object(0) },
    }));
}
