/**
 * The forward pass of one base with an adapter that is fed with every run, for readers that switch adapters
 * without opening a model anew.
 *
 * @module
 */
import { type InputSpec, type Program, tf } from "../engine/mod.ts";
import { batchInputs, batchOf } from "./batch_inputs.ts";
import { closed, type ClosingTokens } from "./closing_tokens.ts";
import { shaped } from "./forward_program.ts";
import { headResults } from "./head_results.ts";
import type { Model } from "./model.ts";
import type { Objective } from "./objective.ts";
import { rowAdapters, rowAdaptersOn, rowHeads } from "./row_adapters.ts";
import type { TargetModules } from "./target_modules.ts";

/** What an input of an adapter is called in files: as among several adapters, without saying so. */
export function fedAdapterName(stackedName: string): string {
  return stackedName.replace(/ \(stacked\)$/, "");
}

/**
 * Feeds a batch and the tensors of one adapter, [1, …] each, and gives the outputs of the exported graph. The
 * rank and the number of classes are open.
 */
export function fedAdapterProgram(
  model: Model,
  targets: TargetModules,
  objective: Objective,
  { closing }: { readonly closing?: ClosingTokens | undefined } = {},
): Program {
  const bound = rowAdaptersOn(model, targets);
  const { [rowAdapters]: _, [rowHeads]: heads, ...inputs } = bound.inputs;
  const own = Object.entries(inputs).map(([name, spec]) =>
    [fedAdapterName(name), name, spec.shape[0] === "adapters" ? ofOne(spec) : spec] as const
  );
  return {
    name: "forward with an adapter",
    inputs: {
      ...batchInputs(model),
      ...Object.fromEntries(own.map(([name, , spec]) => [name, spec])),
    },
    compute(fed) {
      const ids = Object.values(fed)[0];
      const ones = tf.onesLike(
        tf.sum(tf.zerosLike(ids), ids.shape.map((_, axis) => axis).slice(1)),
      );
      const given = {
        ...fed,
        ...(closing ? { input_ids: closed(fed.input_ids, closing) } : {}),
        ...Object.fromEntries(own.map(([name, stacked]) => [stacked, fed[name]])),
        [rowAdapters]: tf.zerosLike(ones),
        ...(heads ? { [rowHeads]: tf.sub(tf.cumsum(ones), ones) } : {}),
      };
      const batch = batchOf(given);
      const results = headResults(bound.net(given), { model, objective }, given);
      const whole = shaped(model, results, batch);
      return objective.exported?.(whole, batch) ?? { logits: whole };
    },
  };
}

function ofOne(spec: InputSpec): InputSpec {
  return { ...spec, shape: [1, ...spec.shape.slice(1)] };
}
