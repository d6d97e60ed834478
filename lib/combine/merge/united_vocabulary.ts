/**
 * Models whose rows of tokens stand in one order, those that a model lacks taken from others.
 *
 * @module
 */
import { LazyMap } from "../../core/lazy_map.ts";
import { mistakes, TunebookError } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import type { TextConfig } from "../../nn/family.ts";
import { type Layer, weightsOf } from "../../nn/layer.ts";
import { type Model, modelHead, modelWeights, textConfig } from "../../nn/model.ts";

/** A model and the row of each of its tokens. */
export interface ModelTokens {
  readonly model: Model;
  readonly ids: ReadonlyMap<string, number>;
}

/** What vocabularies become. */
export interface UnitedVocabulary {
  /** The row of each token. */
  readonly ids: ReadonlyMap<string, number>;
  /** Whose row a token gets in models that lack it: that of a model by its name, or `zeros`. */
  readonly from: Readonly<Record<string, string>>;
  /** Tokens that get such a row in all models. */
  readonly force: readonly string[];
  /** The model that counts before others, where it is among them: the base. */
  readonly preferred?: string | undefined;
  /** The token that fills short rows. */
  readonly padId: number;
  /** What the new `config.json` says of special tokens. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** No model's row, but zeros. */
export const zeroRow = "zeros";

/**
 * The models with the new vocabulary. A model's own rows stay; of a token that it lacks it gets the row that is
 * asked for, that of the only model that has it, the preferred model's, or the mean of all that have it, as
 * mergekit does.
 *
 * @throws {TunebookError} of kind `input` for rows that are asked of models that lack them, and `unsupported`
 *   for models that hold tokens otherwise than in rows.
 */
export function unitedModels<Name extends string>(
  all: Readonly<Record<Name, ModelTokens>>,
  vocabulary: UnitedVocabulary,
): Record<Name, Model> {
  checkFrom(all, vocabulary);
  const { ids } = vocabulary;
  const size = Math.max(...ids.values()) + 1;
  const tokens = [...ids].map(([token, row]) => ({
    row,
    donors: donorsOf(token, all, vocabulary),
  }));
  const texts = [...ids.keys()];
  const forced = new Set(vocabulary.force);
  const made = Object.entries<ModelTokens>(all).map(([name, { model, ids: own }]) => {
    const { layers, paths } = resized(model, size);
    const rowsOf = (path: string) => {
      const read = tensorReader(all, path);
      const width = read(name).length / textConfig(model).vocabSize;
      const values = new Float32Array(size * width);
      tokens.forEach(({ row, donors }, at) => {
        const before = forced.has(texts[at]) ? undefined : own.get(texts[at]);
        const from = before === undefined ? donors : [{ name, row: before }];
        values.set(meanRow(from, width, read), row * width);
      });
      return values;
    };
    const weights = new LazyMap(
      modelWeights(model).map(({ path }) => [
        path,
        () => paths.has(path) ? rowsOf(path) : model.weights.get(path)!,
      ]),
    );
    const { quantized: _, products: __, ...rest } = model;
    const config = { ...model.config, vocabSize: size, padId: vocabulary.padId } as TextConfig;
    const json = { ...model.json, ...vocabulary.fields, vocab_size: size };
    return [name, { ...rest, config, json, layers, weights }];
  });
  return Object.fromEntries(made);
}

/** A row of a model. */
interface Donor {
  readonly name: string;
  readonly row: number;
}

/** Whose rows a token gets where a model lacks it; none for zeros. */
function donorsOf(
  token: string,
  all: Readonly<Record<string, ModelTokens>>,
  { from, preferred }: UnitedVocabulary,
): Donor[] {
  const asked = Object.hasOwn(from, token) ? from[token] : undefined;
  if (asked === zeroRow) return [];
  const holders = Object.entries(all).flatMap(([name, { ids }]): Donor[] => {
    const row = ids.get(token);
    return row === undefined ? [] : [{ name, row }];
  });
  const wanted = holders.find(({ name }) => name === (asked ?? preferred));
  return wanted ? [wanted] : holders;
}

/** Reads the same tensor of several models, each once. */
function tensorReader(all: Readonly<Record<string, ModelTokens>>, path: string) {
  const read = new Map<string, Float32Array>();
  return (name: string) => {
    const values = read.get(name) ?? all[name].model.weights.get(path)!;
    read.set(name, values);
    return values;
  };
}

function meanRow(
  donors: readonly Donor[],
  width: number,
  read: (name: string) => Float32Array,
): Float32Array {
  const row = new Float32Array(width);
  for (const { name, row: at } of donors) {
    const values = read(name);
    for (let i = 0; i < width; i++) row[i] += values[at * width + i];
  }
  if (donors.length > 1) { for (let i = 0; i < width; i++) row[i] /= donors.length; }
  return row;
}

/** The layers with another number of tokens, and the weights that have a row for each token. */
function resized(model: Model, size: number) {
  const { family, config, headRequest } = model;
  const at = (vocabSize: number): Layer[] => {
    const sized = { ...config, vocabSize } as TextConfig;
    return [...family.layers(sized), ...modelHead(model).layers(sized, headRequest.outputs)];
  };
  const { vocabSize } = textConfig(model);
  const shapes = (layers: readonly Layer[]) =>
    new Map(layers.flatMap(weightsOf).map(({ path, shape }) => [path, shape]));
  // One token more shows which sizes depend on their number, also where the new size is the old one.
  const [now, more] = [vocabSize, vocabSize + 1].map((each) => shapes(at(each)));
  const paths = new Set<string>();
  for (const { path } of modelWeights(model)) {
    const [before, after] = [now.get(path)!, more.get(path)!];
    if (before[0] !== after[0]) paths.add(path);
    if (before.slice(1).some((each, axis) => each !== after[axis + 1])) {
      throw unsupported(model, path);
    }
  }
  if (paths.size === 0) throw unsupported(model, "nothing");
  const named = new Map(at(size).map((layer) => [layer.path, layer]));
  return { layers: model.layers.map((layer) => named.get(layer.path) ?? layer), paths };
}

function unsupported({ family: { modelType } }: Model, what: string): TunebookError {
  return new TunebookError(
    "unsupported",
    `vocabularies are united of models with a row for each token, and ${what} of a ${modelType} has no such rows`,
  );
}

function checkFrom(
  all: Readonly<Record<string, ModelTokens>>,
  { ids, from, force }: UnitedVocabulary,
): void {
  const wrong = Object.entries(from).flatMap(([token, name]) => {
    if (!ids.has(token)) return [`from says of ${quoted(token)}, which is no token`];
    if (name === zeroRow || all[name].ids.has(token)) return [];
    return [`from takes ${quoted(token)} of ${name}, which has no such token`];
  });
  const loose = force.filter((token) => !Object.hasOwn(from, token))
    .map((token) => `force says ${quoted(token)}, but from does not say whose row it gets`);
  if (wrong.length + loose.length === 0) return;
  throw mistakes("input", "these vocabularies cannot be united:", [...wrong, ...loose]);
}
