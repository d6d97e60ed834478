/**
 * In which numbers the weights are opened.
 *
 * @module
 */
import { openWeights } from "../../weights/open_weights.ts";
import { floatDtypes, storedDtypes } from "../float_dtype.ts";
import { asJson, type FolderCheck } from "./folder_facts.ts";

/** `dtype`, which Python casts the weights to, is that of the file: a smaller one would round them. */
export const checkDtype: FolderCheck = async ({ folder, config }) => {
  using weights = await openWeights(folder);
  const dtypes = new Set([...weights.tensors.values()].map(({ dtype }) => dtype));
  const wrong: string[] = [];
  for (const name of floatDtypes) {
    if (!dtypes.has(storedDtypes[name]) || config.dtype === name) continue;
    wrong.push(`config.json: dtype is ${asJson(config.dtype)}, but the weights are ${name}`);
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
