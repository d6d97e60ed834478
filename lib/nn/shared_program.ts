/**
 * The forward pass of one base with a different adapter for each row.
 *
 * @module
 */
import type { Program } from "../engine/mod.ts";
import { batchInputs, batchOf } from "./batch_inputs.ts";
import { evaluatedResults, type Evaluation } from "./forward_program.ts";
import { headResults } from "./head_results.ts";
import type { Model } from "./model.ts";
import { rowAdaptersOn } from "./row_adapters.ts";
import type { TargetModules } from "./target_modules.ts";

/**
 * Feeds a batch, its rows' adapters and the stacked tensors, and gives `logits` as evaluation reads them:
 * [batch, outputs], or [batch, sequence, outputs] of tokens. A head of fewer outputs leaves the last
 * ones of its rows without meaning.
 */
export function sharedProgram(
  model: Model,
  targets: TargetModules,
  evaluation: Evaluation,
): Program {
  const bound = rowAdaptersOn(model, targets);
  return {
    name: "shared forward",
    inputs: { ...batchInputs(model), ...bound.inputs },
    compute(given) {
      const asked = { model, objective: evaluation };
      const results = headResults(bound.net(given), asked, given);
      return { logits: evaluatedResults(asked, results, batchOf(given)) };
    },
  };
}
