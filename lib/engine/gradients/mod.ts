/**
 * Every kernel gradient. A new one is one entry in the file of its family.
 *
 * @module
 */
import { elementwiseGradients } from "./elementwise.ts";
import { folding } from "./folding.ts";
import { register } from "./gradient.ts";
import { moving, registerJoins } from "./moving.ts";

let registered = false;

/** Registers all gradients with tensorflow.js, once. */
export function registerGradients(): void {
  if (registered) return;
  registered = true;
  for (
    const [kernelName, gradient] of Object.entries({
      ...elementwiseGradients,
      ...folding,
      ...moving,
    })
  ) {
    register(kernelName, gradient);
  }
  registerJoins();
}
