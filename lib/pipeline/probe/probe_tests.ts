/**
 * The tests of a plan's probes, on its held-out rows.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import { type BehaviouralTest, invariance } from "../../evaluate/probe/behavioural_test.ts";
import { imageInvariance } from "../../evaluate/probe/image_invariance.ts";
import {
  imagePerturbations,
  perturbationNamed,
  textPerturbations,
} from "../../evaluate/probe/named_perturbations.ts";
import { unknownLabels } from "../../evaluate/probe/unknown_labels.ts";
import { decodeImage } from "../../image/decode_image.ts";
import { imageBytes } from "../../image/image_bytes.ts";
import type { Image } from "../../image/image.ts";
import { columnValues } from "../../table/columns.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import { calledImage, endOfName } from "../../tasks/shared/image_input.ts";
import { folderOfImages } from "../../tasks/shared/image_rows.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";
import type { AnyBehaviouralTest, NamedProbe, PlanProbes } from "./plan_probes.ts";

/** Rows of images that are changed unless told otherwise: each is decoded, changed and asked twice. */
const usualImages = 200;
const where = "the held-out rows";

/** What tests are made for. */
export interface ProbedRows {
  readonly task: AnyLabelledTask;
  /** The held-out rows. */
  readonly table: Table;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks at probes before anything is trained.
 *
 * @throws {TunebookError} of kind `input` for tests of the other kind of input or of labels that the rows do not have, and for
 * those that find nothing to change; of perturbed images both are known only later.
 */
export async function checkProbes(probes: PlanProbes, about: ProbedRows): Promise<void> {
  const ofImages = about.task.task.name === "image-classification";
  const tests = ofImages ? probes.tests : await probeTests(probes, about);
  const wrong = tests.flatMap(({ name, cases }) => {
    const [first] = cases(about.seed);
    if (first === undefined) return [`${name}: nothing has what it changes`];
    if ((typeof first.input === "string") !== ofImages) return [];
    return [`${name}: asks ${ofImages ? "texts" : "images"}, which the model does not take`];
  });
  const names = [...probes.tests.map(({ name }) => name), ...Object.keys(probes.named)];
  const twice = new Set(names.filter((name, at) => names.indexOf(name) < at));
  wrong.push(...[...twice].map((name) => `${name}: two tests have this name`));
  wrong.push(...unknownLabels(probes.tests, about.task.labels));
  if (wrong.length > 0) throw mistakes("input", "these probes make no sense:", wrong);
}

/** All tests: those of the code, and one for each perturbation by name. */
export async function probeTests(
  { tests, named }: PlanProbes,
  about: ProbedRows,
): Promise<AnyBehaviouralTest[]> {
  const made: AnyBehaviouralTest[] = [];
  for (const [name, probe] of Object.entries(named)) made.push(await testOf(name, probe, about));
  return [...tests, ...made];
}

async function testOf(
  name: string,
  { maxChange, options, rows }: NamedProbe,
  { task: { task }, table, seed, signal }: ProbedRows,
): Promise<BehaviouralTest<string> | BehaviouralTest<Image>> {
  const { text, image } = task.settings as { readonly text: string; readonly image: string };
  if (task.name !== "image-classification") {
    const texts = columnValues(table, text).map(String);
    return invariance(name, {
      texts: drawn(texts.length, rows ?? texts.length, seed).map((row) => texts[row]),
      perturb: perturbationNamed(textPerturbations, name, options),
      mostFailures: maxChange,
    });
  }
  const cells = columnValues(table, image);
  const source = sourceRows(table, where);
  const base = folderOfImages(table, image, source.where);
  const chosen = drawn(cells.length, rows ?? usualImages, seed);
  const images: Image[] = [];
  for (const row of chosen) {
    signal?.throwIfAborted();
    const at = { where: source.placeOf(row), ...(signal ? { signal } : {}) };
    const bytes = await imageBytes(cells[row], base, at);
    images.push(await decodeImage(bytes, { where: at.where }));
  }
  return imageInvariance(name, {
    images,
    titles: chosen.map((row) => endOfName(calledImage(cells[row]))),
    perturb: perturbationNamed(imagePerturbations, name, options),
    mostFailures: maxChange,
  });
}

/** So many rows, in their order. */
function drawn(rows: number, most: number, seed: number): number[] {
  const all = Array.from({ length: rows }, (_, row) => row);
  if (rows <= most) return all;
  return Random.fromSeed(seed, "probed rows").shuffle(all).slice(0, most).sort((a, b) => a - b);
}
