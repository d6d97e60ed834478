/**
 * Means and variances of a batch on their way into the running ones of batch normalisations: the gradient
 * program writes these into the state beside the gradients, once for each micro-batch, as PyTorch does in each
 * forward pass.
 *
 * @module
 */
import { slotPath, type Tensor, tf } from "../engine/mod.ts";
import type { BatchStatistics } from "../nn/map_layers.ts";
import type { Model } from "../nn/model.ts";
import { parameters } from "../nn/trainable_model.ts";

/** What a batch counts unless a layer says otherwise. */
const defaultMomentum = 0.1;

/** Collects what one pass finds. */
export class FoundStatistics {
  #found = new Map<string, { mean: Tensor; variance: Tensor }>();

  constructor(readonly model: Pick<Model, "layers">) {}

  /** What a net is given: the layers that take the batch's statistics, and where they go. */
  from(paths: ReadonlySet<string>): BatchStatistics {
    return {
      paths,
      // Devices that run op by op free what is inside of a gradient when it ends.
      found: (path, mean, variance) =>
        this.#found.set(path, { mean: tf.keep(mean), variance: tf.keep(variance) }),
    };
  }

  /**
   * The new running statistics as results of a program: running · (1 − momentum) + batch · momentum.
   *
   * @param running the present statistic by path
   */
  moved(running: (path: string) => Tensor): Record<string, Tensor> {
    const results: Record<string, Tensor> = {};
    for (const [path, { mean, variance }] of this.#found) {
      const layer = this.model.layers.find((each) => each.path === path);
      const momentum = layer?.kind === "batchNorm"
        ? layer.momentum ?? defaultMomentum
        : defaultMomentum;
      for (const [role, batch] of Object.entries({ running_mean: mean, running_var: variance })) {
        const own = `${path}.${role}`;
        results[slotPath(parameters, own)] = tf.add(
          tf.mul(running(own), 1 - momentum),
          tf.mul(batch, momentum),
        );
        batch.dispose();
      }
    }
    this.#found.clear();
    return results;
  }
}
