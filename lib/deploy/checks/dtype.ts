/**
 * In which numbers the weights are opened.
 *
 * @module
 */
import { openWeights } from "../../weights/open_weights.ts";
import { asJson, type FolderCheck } from "./folder_facts.ts";

/** `dtype`, which Python casts the weights to, is that of the file: a smaller one would round them. */
export const checkDtype: FolderCheck = async ({ folder, config }) => {
  using weights = await openWeights(folder);
  const dtypes = new Set([...weights.tensors.values()].map(({ dtype }) => dtype));
  const wrong: string[] = [];
  if (dtypes.has("F32") && config.dtype !== "float32") {
    wrong.push(
      `config.json: dtype is ${asJson(config.dtype)}, but the weights are float32`,
    );
  }
  if (config.torch_dtype !== undefined && config.torch_dtype !== config.dtype) {
    wrong.push(`config.json: torch_dtype is ${asJson(config.torch_dtype)} beside dtype`);
  }
  if (dtypes.has("U8") !== (config.quantization_config !== undefined)) {
    wrong.push(
      dtypes.has("U8")
        ? "config.json: the weights are quantised, but there is no quantization_config"
        : "config.json: quantization_config stands beside weights that are not quantised",
    );
  }
  return wrong;
};
