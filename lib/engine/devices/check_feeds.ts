/**
 * Checks what a step is given before it runs: a mistake is named here, and not by a runtime that
 * knows nothing of the program.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { sizeOf } from "../value.ts";
import { type HostTensor, inputsOf, type InputSpec, type Program } from "../program.ts";
import type { TypedArray } from "../tf.ts";
import type { Update } from "./device.ts";

const arrays: Readonly<Record<InputSpec["type"], { new (size: number): TypedArray }>> = {
  float32: Float32Array,
  int32: Int32Array,
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
};

/** Refuses feeds that are missing or have another shape or type than the program says. */
export function checkFeeds(program: Program, feeds: Readonly<Record<string, HostTensor>>): void {
  const wrong: string[] = [];
  const sizes = new Map<string, { size: number; name: string }>();
  for (const name of inputsOf(program, "feed")) {
    const { shape: wanted, type } = program.inputs[name];
    const feed = feeds[name];
    const spelled = `[${wanted.join(", ")}]`;
    if (!feed) {
      wrong.push(`no feed for "${name}" ${spelled}`);
      continue;
    }
    const { shape, data } = feed;
    if (shape.length !== wanted.length) {
      wrong.push(`"${name}" has the shape [${shape.join(", ")}], not ${spelled}`);
      continue;
    }
    wanted.forEach((dim, axis) => {
      const size = shape[axis];
      if (typeof dim === "number") {
        if (size !== dim) {
          wrong.push(`"${name}" has the size ${size} in axis ${axis} of ${spelled}`);
        }
        return;
      }
      const known = sizes.get(dim);
      if (!known) sizes.set(dim, { size, name });
      else if (known.size !== size) {
        wrong.push(`"${name}" has ${size} for ${dim}, but "${known.name}" has ${known.size}`);
      }
    });
    if (data.length !== sizeOf(shape)) {
      wrong.push(`"${name}" has ${data.length} numbers for the shape [${shape.join(", ")}]`);
    }
    if (!(data instanceof arrays[type])) {
      wrong.push(`"${name}" is a ${data.constructor.name}, but ${type} needs ${arrays[type].name}`);
    }
  }
  if (wrong.length > 0) throw mistakes("input", `${program.name}: wrong feeds`, wrong);
}

/** Refuses a program whose state is not there. `has` tells whether the state holds a path. */
export function checkState(program: Program, has: (path: string) => boolean): void {
  const missing = inputsOf(program, "state").filter((name) => !has(name));
  if (missing.length === 0) return;
  throw mistakes(
    "input",
    `${program.name}: the state that it is compiled for has no such parts`,
    missing,
  );
}

/** Refuses an update that is not given all of its scalars. */
export function checkScalars(update: Update, scalars: Readonly<Record<string, number>>): void {
  const missing = update.scalars.filter((name) => scalars[name] === undefined);
  if (missing.length === 0) return;
  const list = missing.map((name) => `no number for "${name}"`).join(", ");
  throw new TunebookError("input", `${update.name}: ${list}`);
}

/** The numbers of a frozen input. Refuses another count than the shape's. */
export function checkFrozen<Numbers extends TypedArray>(
  program: Program,
  name: string,
  numbers: Numbers | undefined,
): Numbers {
  const { shape } = program.inputs[name];
  const size = sizeOf(shape as number[]);
  if (numbers?.length === size) return numbers;
  throw new TunebookError(
    "weights",
    `${program.name}: the weight "${name}" has ${numbers?.length ?? "no"} numbers, but its shape ` +
      `[${shape.join(", ")}] has ${size}`,
  );
}
