/**
 * A BERT without the saving of computing the last layer only where the head reads it.
 *
 * @module
 */
import { bert } from "../lib/models/bert.ts";
import { firstOfEachRow } from "../lib/nn/pooled_positions.ts";

const stack = bert.stack!;

/** BERT with a last layer that computes all positions, as in transformers. */
export const bertOfEveryPosition: typeof bert = {
  ...bert,
  stack: {
    ...stack,
    block(net, config, hidden, layer, asked) {
      const all = stack.block(net, config, hidden, layer, hidden.x);
      return asked === hidden.x ? all : firstOfEachRow(all, hidden.mask);
    },
  },
};
