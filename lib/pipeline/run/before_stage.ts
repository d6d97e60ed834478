/**
 * The scores of the model before its training, on the same held-out rows.
 *
 * @module
 */
import type { Device } from "../../engine/mod.ts";
import { interruption, isInterruption } from "../../core/interruption.ts";
import type { GenerateOptions } from "../../generate/generate_options.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { lazyTextModel } from "../write/text_model_of.ts";
import type { Assembled } from "./assemble_stage.ts";
import { withInitial } from "./initial_parameters.ts";
import type { AnyLabelledTask } from "./read_stage.ts";
import type { RunOptions } from "./run_options.ts";
import { type Scored, scoresRewards, scoreStage, type ToWrite } from "./score_stage.ts";
import { scoringOf } from "./scoring.ts";

/** What the stage needs beside the model and the data. */
export interface BeforeStage {
  readonly task: AnyLabelledTask;
  readonly defaults: GenerateOptions;
  /** In float32. */
  readonly device: Device;
  readonly settings: TrainSettings;
  /** What held-out rows ask, where that is scored. */
  readonly toWrite?: ToWrite | undefined;
  /** The scores of a training by rewards before it, which were had already. */
  readonly rewards?: Scored["scores"] | undefined;
  readonly options: RunOptions;
  readonly signal: AbortSignal;
}

/**
 * Scores the parameters before the first step where a plan asks for it (`evaluate(metrics, { before: true })`); a new
 * head is as it was drawn. Metrics of rewards are left out, since a training by rewards scores them anyway, and those of
 * drawn images.
 */
export async function beforeStage(
  spec: PlanSpec,
  assembled: Assembled,
  { task, defaults, device, settings, toWrite, rewards, options, signal }: BeforeStage,
): Promise<Scored["scores"] | undefined> {
  if (!spec.evaluateBefore) return rewards;
  const metrics = Object.fromEntries(
    Object.entries(spec.metrics).filter(([, metric]) =>
      !scoresRewards(metric) && !metric.kinds.includes("features")
    ),
  );
  // Compiled by itself: what scores the trained model keeps that one's parameters.
  await using scoring = scoringOf(spec, assembled.trainable, device);
  let scored: Scored | undefined;
  await withInitial(assembled, { device, seed: settings.seed }, async (state) => {
    const parts = { ...assembled, task, defaults, device };
    const untrained = lazyTextModel({ ...parts, state: () => Promise.resolve(state) });
    try {
      scored = await scoreStage({ ...spec, metrics }, assembled.data.test, scoring.scorer, {
        ...{ state, steps: 0, options, signal },
        toWrite: toWrite && { ...toWrite, textModel: untrained.open() },
      });
    } catch (error) {
      if (!isInterruption(error)) throw error;
      throw interruption("stopped before the training; nothing was trained");
    } finally {
      await untrained.dispose();
    }
  });
  return { ...scored!.scores, ...rewards };
}
