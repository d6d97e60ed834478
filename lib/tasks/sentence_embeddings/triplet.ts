/**
 * The loss for triplets: the positive must be nearer to the anchor than the negative, by a margin
 * (Hermans et al., "In defense of the triplet loss", 2017, arXiv 1703.07737).
 *
 * @module
 */
import { tf } from "../../engine/mod.ts";
import { type DistanceName, distances } from "./distance.ts";
import { type EmbeddingLoss, rowNumbers } from "./loss.ts";

/** How far apart. */
export interface TripletOptions {
  readonly distance: DistanceName;
  readonly margin: number;
}

/**
 * Groups are [anchor, positive, negative …]; max(d(anchor, positive) − d(anchor, negative) + margin,
 * 0), as `TripletLoss` of sentence-transformers, and the mean of it over several negatives.
 */
export function triplet({ distance, margin }: TripletOptions): EmbeddingLoss {
  const distanceOf = distances[distance];
  return {
    acrossBatch: false,
    feeds: {
      anchors: rowNumbers("triplets"),
      positives: rowNumbers("triplets"),
      negatives: rowNumbers("triplets"),
      shares: { role: "feed", type: "float32", shape: ["triplets"] },
    },
    sum(embeddings, { anchors, positives, negatives, shares }) {
      const anchor = tf.gather(embeddings, anchors);
      const near = distanceOf(anchor, tf.gather(embeddings, positives));
      const far = distanceOf(anchor, tf.gather(embeddings, negatives));
      return tf.sum(tf.mul(tf.relu(tf.add(tf.sub(near, far), margin)), shares));
    },
    targetsOf({ texts }) {
      const perGroup = texts[0]?.length ?? 0;
      const all = texts.flatMap((group, at) =>
        group.slice(2).map((_, negative) => ({
          start: at * perGroup,
          negative: at * perGroup + 2 + negative,
        }))
      );
      const shape = [all.length];
      return {
        anchors: { shape, data: Int32Array.from(all, ({ start }) => start) },
        positives: { shape, data: Int32Array.from(all, ({ start }) => start + 1) },
        negatives: { shape, data: Int32Array.from(all, ({ negative }) => negative) },
        shares: { shape, data: new Float32Array(all.length).fill(1 / (perGroup - 2)) },
      };
    },
  };
}
