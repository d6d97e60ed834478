/**
 * Keys and values computed by hand.
 *
 * @module
 */
import { type Model, textConfig } from "../../lib/nn/model.ts";

/** The first layer's keys or values of real tokens at the positions before a row, by head. */
export function projected(
  model: Model,
  role: "key" | "value",
  tokens: readonly number[],
): Float32Array {
  const { hiddenSize, numHeads } = model.config;
  const of = (path: string) => model.weights.get(path)!;
  const size = hiddenSize / numHeads;
  const distil = model.family.modelType === "distilbert";
  const types = model.weights.has("embeddings.token_type_embeddings.weight");
  const made = new Float32Array(tokens.length * hiddenSize);
  // RoBERTa's positions start after the padding token's id.
  const first = model.family.modelType === "roberta" ? textConfig(model).padId + 1 : 0;
  tokens.forEach((id, at) => {
    const sum = Array.from(
      { length: hiddenSize },
      (_, i) =>
        of("embeddings.word_embeddings.weight")[id * hiddenSize + i] +
        of("embeddings.position_embeddings.weight")[(first + at) * hiddenSize + i] +
        (types ? of("embeddings.token_type_embeddings.weight")[i] : 0),
    );
    const mean = sum.reduce((total, each) => total + each, 0) / hiddenSize;
    const spread = Math.sqrt(
      sum.reduce((total, each) => total + (each - mean) ** 2, 0) / hiddenSize,
    );
    const x = sum.map((each, i) =>
      (each - mean) / spread * of("embeddings.LayerNorm.weight")[i] +
      of("embeddings.LayerNorm.bias")[i]
    );
    const path = distil
      ? `transformer.layer.0.attention.${role[0]}_lin`
      : `encoder.layer.0.attention.self.${role}`;
    for (let out = 0; out < hiddenSize; out++) {
      const product = x.reduce(
        (total, each, i) => total + each * of(`${path}.weight`)[out * hiddenSize + i],
        0,
      );
      const head = Math.floor(out / size);
      made[(head * tokens.length + at) * size + out % size] = product + of(`${path}.bias`)[out];
    }
  });
  return made;
}
