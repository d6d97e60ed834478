/**
 * The frozen layers alone, as a program.
 *
 * @module
 */
import type { Program } from "../engine/mod.ts";
import { encode } from "./encoder.ts";
import { createNet } from "./net.ts";
import { batchInputs, batchOf, type Trainee, weightInputs } from "./trainee.ts";

/** Which positions are needed above the frozen layers: one where all layers are frozen. */
export function positionsAbove(
  { model, objective }: Trainee,
  frozenLayers: number,
): "all" | "summary" {
  return frozenLayers === model.config.layers ? objective.positions : "all";
}

/** Feeds a batch and gives what the frozen layers make of it: `hidden` [batch, sequence or 1, width]. */
export function hiddenProgram(trainee: Trainee, frozenLayers: number): Program {
  const { model } = trainee;
  const weights = weightInputs(trainee);
  const frozen = Object.entries(weights.inputs).filter(([, { role }]) => role === "frozen");
  return {
    name: "frozen layers",
    inputs: { ...batchInputs(model.family.usesTypes), ...Object.fromEntries(frozen) },
    compute(inputs) {
      const net = createNet({
        tensor: (path) => inputs[weights.names.get(path)!],
        packed: model.packed,
      });
      const positions = positionsAbove(trainee, frozenLayers);
      return {
        hidden: encode(net, model, batchOf(inputs), { positions, until: frozenLayers }),
      };
    },
  };
}
