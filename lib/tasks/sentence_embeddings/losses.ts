/**
 * The losses by name: which rows each is for, and which settings change it. A new one is one file and
 * one line here.
 *
 * @module
 */
import { contrastive } from "./contrastive.ts";
import { cosent } from "./cosent.ts";
import { cosineSimilarity } from "./cosine_similarity.ts";
import type { DistanceName } from "./distance.ts";
import type { EmbeddingLoss } from "./loss.ts";
import { matryoshka } from "./matryoshka.ts";
import { multipleNegativesRanking } from "./multiple_negatives_ranking.ts";
import { softmaxLoss } from "./softmax_loss.ts";
import { triplet } from "./triplet.ts";

/** What the rows of a table are. */
export type RowShape = "pairs" | "triplets" | "scored" | "labelled" | "classes";

/** What changes a loss. */
export interface LossSettings {
  /** What cosines are multiplied with; 20 unless given. */
  readonly scale?: number;
  /** Whether positives must find their anchors, too; false unless given. */
  readonly symmetric?: boolean;
  /** How distances are measured: `euclidean` for triplets, `cosine` for contrastive unless given. */
  readonly distance?: DistanceName;
  /** How far apart texts should be: 5 for Euclidean distances, 0.5 for cosines unless given. */
  readonly margin?: number;
  /** Which class of a pair means that both texts are alike; "1" unless given. */
  readonly alike?: string;
  /** Asks the loss of the first numbers of each embedding, too: `[384, 256, 128, 64]`. */
  readonly dimensions?: readonly number[];
}

/** What a loss must know of model and rows. */
export interface LossContext {
  /** Numbers of a vector. */
  readonly hiddenSize: number;
  /** How many classes the rows have; 0 where they have none. */
  readonly classes: number;
}

/** A loss as options name it. */
export interface LossEntry {
  /** Rows that it can be asked of. */
  readonly shapes: readonly RowShape[];
  /** The settings that change it. */
  readonly settings: readonly (keyof LossSettings)[];
  make(settings: LossSettings, context: LossContext): EmbeddingLoss;
}

/** As in sentence-transformers, where the defaults are those of Euclidean triplets and of cosines. */
const margins: Readonly<Record<DistanceName, number>> = { euclidean: 5, cosine: 0.5 };
const defaultScale = 20;

/** The name of a loss. */
export type LossName =
  | "multipleNegativesRanking"
  | "triplet"
  | "cosent"
  | "cosineSimilarity"
  | "contrastive"
  | "softmax";

/** The losses. */
export const embeddingLosses: Readonly<Record<LossName, LossEntry>> = {
  multipleNegativesRanking: {
    shapes: ["pairs", "triplets"],
    settings: ["scale", "symmetric", "dimensions"],
    make: ({ scale = defaultScale, symmetric = false }) =>
      multipleNegativesRanking({ scale, symmetric }),
  },
  triplet: {
    shapes: ["triplets"],
    settings: ["distance", "margin", "dimensions"],
    make: ({ distance = "euclidean", margin = margins[distance] }) => triplet({ distance, margin }),
  },
  cosent: {
    shapes: ["scored", "labelled", "classes"],
    settings: ["scale", "dimensions"],
    make: ({ scale = defaultScale }) => cosent({ scale }),
  },
  cosineSimilarity: {
    shapes: ["scored", "labelled", "classes"],
    settings: ["dimensions"],
    make: () => cosineSimilarity(),
  },
  contrastive: {
    shapes: ["labelled", "classes"],
    settings: ["distance", "margin", "dimensions"],
    make: ({ distance = "cosine", margin = margins[distance] }) =>
      contrastive({ distance, margin }),
  },
  softmax: {
    shapes: ["labelled", "classes"],
    // Its classifier reads whole vectors, so that it says nothing of shorter ones.
    settings: ["alike"],
    make: (_, context) => softmaxLoss(context),
  },
};

/** The loss that rows are learnt with unless another is named, as sentence-transformers advises. */
export const defaultLoss: Readonly<Record<RowShape, LossName>> = {
  pairs: "multipleNegativesRanking",
  triplets: "multipleNegativesRanking",
  scored: "cosent",
  labelled: "contrastive",
  // As SetFit does.
  classes: "cosineSimilarity",
};

/** What a loss is like, by its name. */
export function lossEntry(name: LossName): LossEntry {
  return embeddingLosses[name];
}

/** Makes a loss, asked of shorter embeddings too where the settings have dimensions. */
export function makeLoss(
  name: LossName,
  settings: LossSettings,
  context: LossContext,
): EmbeddingLoss {
  const loss = lossEntry(name).make(settings, context);
  return settings.dimensions ? matryoshka(loss, settings.dimensions) : loss;
}
