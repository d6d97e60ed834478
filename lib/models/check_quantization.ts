/**
 * Refuses checkpoints whose numbers are stored in a form that is not read, before any tensor is looked at.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { isRecord } from "../core/objects.ts";
import { shownValue } from "../core/shown_value.ts";

/** The fields of config.json in which such checkpoints say what they are. */
const fields = ["quantization_config", "compression_config"];
/** What bitsandbytes' configs say, the oldest without a name. */
const bitsandbytes = ["load_in_4bit", "load_in_8bit"];

/**
 * Throws an error of kind "unsupported" where `quantization_config` names GPTQ, AWQ, fp8 or anything but
 * bitsandbytes, whose checkpoints are read.
 */
export function checkQuantization(json: Readonly<Record<string, unknown>>): void {
  for (const field of fields) {
    const given = json[field] ?? undefined;
    if (given === undefined) continue;
    const { quant_method: method, ...others } = isRecord(given) ? given : {};
    if (method === "bitsandbytes") continue;
    if (method === undefined && bitsandbytes.some((flag) => others[flag] === true)) continue;
    const what = method === undefined
      ? `${field} names no quant_method`
      : `${field}.quant_method is ${shownValue(method)}`;
    throw new TunebookError(
      "unsupported",
      `${what}: the weights are quantised in a form that tunebook does not read; it reads those of ` +
        "bitsandbytes (4 bits and LLM.int8) and GGUF files. Take the checkpoint in float32, float16 " +
        'or bfloat16, which { quantize: "nf4" } holds in 4 bits',
    );
  }
}
