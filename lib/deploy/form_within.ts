/**
 * A form of a model whose files lie in a folder within the target's.
 *
 * @module
 */
import { join } from "node:path";
import type { TargetForm } from "./target.ts";

/** The same form with its files in `name`. */
export function formWithin(name: string, form: TargetForm): TargetForm {
  const { filesOf, inspect, openInWasm } = form;
  return {
    ...form,
    reopen: (trained, folder, device) => form.reopen(trained, join(folder, name), device),
    ...(filesOf
      ? { filesOf: (trained) => filesOf.call(form, trained).map((path) => `${name}/${path}`) }
      : {}),
    ...(inspect
      ? {
        inspect: (trained, folder, proof) => inspect.call(form, trained, join(folder, name), proof),
      }
      : {}),
    ...(openInWasm
      ? {
        openInWasm: (trained, folder, device) =>
          openInWasm.call(form, trained, join(folder, name), device),
      }
      : {}),
  };
}
