/**
 * The models of a server by their names.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { quoted } from "../core/quoted.ts";
import { RequestError } from "../http/request_error.ts";
import type { ServedBase, ServedModel } from "./served_base.ts";
import type { FoundModel } from "./server_parts.ts";

/** Finds models. */
export interface ModelDirectory {
  readonly models: readonly ServedModel[];
  /** The model of a name, or the only one; an error of status 404 or 400 where there is none. */
  find(name: string | undefined): FoundModel;
}

/** More names in an error help nobody. */
const mostNames = 8;
/** A name in an error is no longer. */
const mostCharacters = 100;

/** A directory; two models of one name are an error of kind "input". */
export function modelDirectory(bases: readonly ServedBase[]): ModelDirectory {
  const found = new Map<string, FoundModel>();
  const twice = new Set<string>();
  for (const base of bases) {
    for (const model of base.models) {
      if (found.has(model.name)) twice.add(model.name);
      found.set(model.name, { base, model });
    }
  }
  if (twice.size > 0) {
    throw new TunebookError(
      "input",
      `several models are called ${[...twice].map(quoted).join(", ")}; give them names of their ` +
        'own: serve({ films: "out/films", phones: "out/phones" }), or films=out/films on the command line',
    );
  }
  const names = [...found.keys()];
  const listed = names.slice(0, mostNames).map(quoted).join(", ") +
    (names.length > mostNames ? ` and ${names.length - mostNames} more, at /v1/models` : "");
  return {
    models: [...found.values()].map(({ model }) => model),
    find(name) {
      if (name === undefined) {
        if (found.size === 1) return found.values().next().value!;
        throw new RequestError(400, `name a model: ${listed}`, { param: "model" });
      }
      const known = found.get(name);
      if (known) return known;
      const hint = name.length > mostCharacters ? "" : didYouMean(name, names);
      throw new RequestError(
        404,
        `there is no model ${quoted(name.slice(0, mostCharacters))}${hint}. Models: ${listed}`,
        { param: "model", code: "model_not_found" },
      );
    },
  };
}
