/**
 * Virtual tokens out of a PEFT folder, without the network that made them.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Method, ModelInfo } from "../../nn/method.ts";
import { checkFields } from "../peft/fields.ts";
import type { PeftConfig } from "../peft/config.ts";
import { table } from "./dense.ts";
import { firstRows, prepend, promptFormat, promptRows } from "./virtual_tokens.ts";

/** The method whose folder it is. */
export interface StoredPromptOptions {
  readonly method: string;
  readonly learningRate: number;
  readonly settings: Readonly<Record<string, unknown>>;
  /** What its tensor is called within tunebook. */
  readonly parameter: string;
}

/** Opens the tokens of a folder; they are trained themselves. */
export function storedPrompt(
  config: PeftConfig,
  { method, learningRate, settings, parameter }: StoredPromptOptions,
): Method {
  checkFields(config, {
    numbers: ["num_virtual_tokens"],
    off: { num_transformer_submodules: [1, 2, null] },
  });
  const tokens = config.num_virtual_tokens as number;
  const rows = promptRows(config);
  return {
    method,
    settings,
    learningRate,
    attach(modelInfo) {
      checkRows(modelInfo, rows !== tokens);
      const { hiddenSize } = modelInfo.config;
      const all = (values: ReadonlyMap<string, Float32Array>) => values.get(parameter)!;
      return {
        parameters: [table(parameter, rows, hiddenSize)],
        trains: () => false,
        virtualTokens: tokens,
        input: (given, context) => prepend(given, firstRows(context.parameter(parameter), tokens)),
        delta: (values) => ({
          linears: new Map(),
          prompt: all(values).subarray(0, tokens * hiddenSize),
        }),
        peft: promptFormat(config, [rows, hiddenSize], all, parameter),
      };
    },
  };
}

/** Only an encoder-decoder has a second half, for its decoder. */
function checkRows({ modelType, family }: ModelInfo, isDoubled: boolean): void {
  if (!isDoubled || family.decoder) return;
  throw new TunebookError(
    "weights",
    `num_transformer_submodules is 2, but ${modelType} is no encoder-decoder`,
  );
}
