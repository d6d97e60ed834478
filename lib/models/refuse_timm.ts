/**
 * Checkpoints of timm, which are none of transformers.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { shownValue } from "../core/shown_value.ts";

/**
 * Throws an error of kind "unsupported" for a config of timm, which says an architecture and no type, or that of
 * a wrapper.
 */
export function refuseTimm(
  { model_type: type, architecture }: Readonly<Record<string, unknown>>,
): void {
  const isWrapped = type === "timm_wrapper" || type === "timm_backbone";
  if (typeof architecture !== "string" || (type !== undefined && !isWrapped)) return;
  throw new TunebookError(
    "unsupported",
    `this is ${
      shownValue(architecture)
    } of timm, whose weights have other names. Take the checkpoint ` +
      "that transformers has of it, or export it as ONNX and open the graph",
  );
}
