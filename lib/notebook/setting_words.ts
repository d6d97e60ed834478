/**
 * What the methods and their settings are, a line each, for a notebook in which one is the value of a
 * cell. The files under `adapters/` say more.
 *
 * @module
 */

/** Method → what it does. */
export const methodWords: Readonly<Record<string, string>> = {
  lora: "two small matrices beside each target module are trained, the model stays as it is",
  qlora: "LoRA over a model that is held in fewer bits",
  adalora: "LoRA whose ranks move to the target modules that need them most",
  vera: "two random matrices that all target modules share; only two vectors each are trained",
  ia3: "one factor for each number that a target module gives or takes",
  bitfit: "only the biases are trained",
  prompt_tuning: "a few trained vectors stand before every text",
  p_tuning: "a small network makes the trained vectors that stand before every text",
  prefix_tuning: "trained keys and values stand before those of the text, in every layer",
  head: "only the task's own last layer is trained",
  full: "every number of the model is trained",
  peft: "goes on from the adapter in a PEFT folder",
};

const targets = "the linear layers that are adapted; the method's usual ones unless given";

const lora = {
  rank: "size of the matrices: a larger one can learn more, and trains more numbers",
  alpha: "strength of what is learnt, divided by the rank",
  dropout: "share of the inputs left out at random in training, against learning by heart",
  targets,
  rankStabilised: "divides alpha by the root of the rank, which suits large ranks",
  ranks: "other ranks for some target modules, by name",
  alphas: "other alphas for some target modules, by name",
  nestedRanks:
    "smaller ranks that learn together; the validation rows choose one for each target module",
  dora: "trains lengths and directions of the weights apart",
  start: "where the matrices start: zero changes nothing at first, pissa with the main directions",
  rateRatio: "how many times faster the second matrix learns than the first (LoRA+)",
};

/** Method → setting → what it means. */
export const settingWords: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  lora,
  qlora: { ...lora, quantize: "how the model is held: nf4, fp4, int8 or int4" },
  adalora: {
    initialRank: "rank of every target module at the start",
    targetRank: "average rank at the end",
    alpha: "strength of what is learnt, divided by the rank",
    dropout: lora.dropout,
    targets,
    initialSteps: "steps before ranks first move; below 1 a share of the run",
    finalSteps: "steps after ranks last moved; below 1 a share of the run",
    interval: "steps between two moves",
    beta1: "how slowly it forgets what was important",
    beta2: "how slowly it forgets how sure that was",
    orthogonality: "weight of the penalty that keeps directions apart",
  },
  vera: {
    rank: "size of the shared matrices",
    targets,
    dropout: lora.dropout,
    start: "where the vectors of the shared rank start",
    key: "seed of the shared matrices",
  },
  ia3: {
    targets: "the linear layers that are rescaled; keys, values and feed-forward unless given",
    feedForward: "those of them whose input is rescaled instead of their output",
  },
  bitfit: {
    targets: "the linear layers whose biases are trained",
    norms: "whether the biases of norms are trained too",
  },
  prompt_tuning: {
    tokens: "how many vectors stand before a text",
    start: "where they start: random words, the names of the classes, a text, random numbers",
    text: "the text to start from",
  },
  p_tuning: {
    tokens: "how many vectors stand before a text",
    encoder: "the network that makes them: mlp or lstm",
    hidden: "its width; the model's unless given",
    layers: "layers of an lstm",
    dropout: "dropout between the layers of an lstm",
  },
  prefix_tuning: {
    tokens: "how many keys and values each layer gains",
    projection: "whether a small network makes them",
    hidden: "its width; the model's unless given",
    start: "where they start: zero, a text, random numbers",
    text: "the text to start from",
    sites: "which attentions of an encoder-decoder gain them; all unless given",
  },
  head: {},
  full: {
    batchNorm:
      "by which statistics batches are normalised in training: their own, or the checkpoint's",
  },
  peft: { folder: "the folder of the adapter" },
};
