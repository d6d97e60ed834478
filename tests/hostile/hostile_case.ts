/**
 * A hostile input: what is wrong, what is made of it, and which error it must give.
 *
 * @module
 */
import { join } from "node:path";
import type { ErrorKind } from "../../lib/core/errors.ts";
import { type DataOptions, head, merged, model, type TrainOptions } from "tunebook";
import { reviews, tinyModel } from "../pipeline/tiny.ts";

/** What a case may change of a folder with a whole model (`base`) and a whole table (`rows.csv`). */
export interface Place {
  readonly folder: string;
  readonly base: string;
  readonly data: string;
  /** Where the run would write. */
  readonly out: string;
}

/** One hostile input. `prepare` spoils files, `run` uses them. */
export interface HostileCase {
  readonly name: string;
  readonly kind: ErrorKind;
  readonly message: RegExp;
  prepare?(place: Place): Promise<unknown>;
  run(place: Place): unknown;
}

/** Makes the folder that cases start from. */
export async function makePlace(folder: string): Promise<Place> {
  const place = {
    folder,
    base: join(folder, "base"),
    data: join(folder, "rows.csv"),
    out: join(folder, "out"),
  };
  await tinyModel(place.base);
  const rows = reviews(30).map(({ text, mood, topics, score }, row) =>
    [text, mood, topics, score, row % 2 ? "good" : "bad", row].join(",")
  );
  await Deno.writeTextFile(
    place.data,
    `text,mood,topics,score,second,row\n${rows.join("\n")}\n`,
  );
  return place;
}

/** Trains and deploys with the whole files, but for what is given. */
export function runWith(
  place: Place,
  { data = place.data, train = {}, ...columns }: Partial<DataOptions> & {
    data?: string;
    train?: TrainOptions;
  } = {},
): Promise<unknown> {
  return model(`file:${place.base}`)
    .data(data, { text: "text", label: "mood", ...columns } as DataOptions)
    .adapt(head()).train({ epochs: 1, ...train }).deploy(merged(place.out)).run({ quiet: true });
}

/** Every file below a folder with its size and time, to see that nothing was changed. */
export async function snapshot(folder: string, below = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(folder, below))) {
    const path = join(below, name);
    const { size, mtime } = await Deno.stat(join(folder, path));
    found.push(isDirectory ? `${path}/` : `${path} ${size} ${mtime?.getTime()}`);
    if (isDirectory) found.push(...await snapshot(folder, path));
  }
  return found.sort();
}
