/**
 * The vectors of held-out rows → the predictions that metrics score.
 *
 * @module
 */
import {
  type PairPredictions,
  pairPredictions,
  type RetrievalPredictions,
  retrievalPredictions,
  type SimilarityPredictions,
  similarityPredictions,
  type TripletPredictions,
  tripletPredictions,
} from "../../nn/embedding_predictions.ts";
import type { RowShape } from "./losses.ts";

/** The predictions of any rows. */
export type EmbeddingPredictions =
  | RetrievalPredictions
  | TripletPredictions
  | SimilarityPredictions
  | PairPredictions;

/** Which metrics may be asked of rows. */
export const predictionKinds: {
  readonly pairs: "retrieval";
  readonly triplets: "triplets";
  readonly scored: "similarity";
  readonly labelled: "pairs";
  readonly classes: "pairs";
} = {
  pairs: "retrieval",
  triplets: "triplets",
  scored: "similarity",
  labelled: "pairs",
  classes: "pairs",
} satisfies Record<RowShape, EmbeddingPredictions["kind"]>;

/** The groups of some rows with their vectors. */
export interface HeldOutGroups {
  readonly shape: RowShape;
  /** The texts of each group by number. */
  readonly groups: readonly (readonly number[])[];
  readonly scores: Float32Array;
  /** Rows of the table. */
  readonly rows: number;
  /** The vector of each text. */
  readonly vectors: readonly Float32Array[];
}

/**
 * Pairs are a search: the distinct anchors ask, the distinct positives are the corpus, and all
 * positives of an anchor are right. A triplet with several negatives is one for each of them.
 */
export function heldOutPredictions(held: HeldOutGroups): EmbeddingPredictions {
  const { shape, groups, scores, rows, vectors } = held;
  const column = (place: number) => groups.map((group) => vectors[group[place]]);
  switch (shape) {
    case "pairs":
      return searchOf(held);
    case "triplets": {
      const triplets = groups.flatMap(([anchor, positive, ...negatives]) =>
        negatives.map((negative) => [anchor, positive, negative])
      );
      const [anchors, positives, negatives] = [0, 1, 2]
        .map((place) => triplets.map((triplet) => vectors[triplet[place]]));
      return tripletPredictions({ anchors, positives, negatives, rows });
    }
    case "scored":
      return similarityPredictions({ first: column(0), second: column(1), scores });
    case "labelled":
    case "classes":
      return pairPredictions({ first: column(0), second: column(1), labels: scores, rows });
  }
}

function searchOf({ groups, vectors, rows }: HeldOutGroups): RetrievalPredictions {
  const answers = new Map<number, Set<number>>();
  const places = new Map<number, number>();
  for (const [anchor, positive] of groups) {
    if (!places.has(positive)) places.set(positive, places.size);
    const known = answers.get(anchor) ?? new Set();
    answers.set(anchor, known.add(places.get(positive)!));
  }
  return retrievalPredictions({
    queries: [...answers.keys()].map((text) => vectors[text]),
    corpus: [...places.keys()].map((text) => vectors[text]),
    relevant: [...answers.values()].map((right) => [...right]),
    rows,
  });
}
