/**
 * What a method says of an input, checked: methods may be a person's own.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Attribution, Explained, ExplainMethod } from "./explained.ts";

/**
 * The attribution of a method that has `attribute`. Throws an error of kind "input" where it gives no finite number for
 * each feature.
 */
export async function attributionBy(
  method: ExplainMethod,
  explained: Explained,
): Promise<Attribution> {
  const found = await method.attribute!(explained) as Attribution | undefined;
  const values: ArrayLike<number> | undefined = found?.values;
  const { features } = explained;
  const wrong = (said: string) =>
    new TunebookError("input", `explain: the method ${method.name} ${said}`);
  if (found === undefined || values?.length !== features) {
    throw wrong(
      `must give { values } with ${features} numbers, one for each word or region, but gave ${
        values?.length ?? "none"
      }`,
    );
  }
  const at = Array.from(values).findIndex((value) => !Number.isFinite(value));
  if (at < 0) return found;
  throw wrong(`gave ${values[at]} for word or region ${at + 1} of ${features}, which is no number`);
}
