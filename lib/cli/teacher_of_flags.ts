/**
 * Who teaches the model, as flags say it.
 *
 * @module
 */
import { didYouMean } from "../core/nearest.ts";
import type { FlagReader } from "./flag_reader.ts";
import { type TeacherFlag, teacherFlags, waysToTeach, type WayToTeach } from "./teacher_flags.ts";
import { kebab } from "./train_flags.ts";

/** A task around another one. */
export interface FlagTeacher {
  readonly name: WayToTeach;
  /** Its settings but for the task that is learned. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The task that has a teacher, and its options; undefined where no flag names a teacher. */
export function teacherOfFlags(read: FlagReader): FlagTeacher | undefined {
  const teachers = read.list("teacher");
  const name = wayOfFlags(read);
  const given = Object.entries(teacherFlags).filter(([flag]) => read.has(flag));
  if (!teachers) {
    const alone = [
      ...read.has("distillation") ? ["distillation"] : [],
      ...given.map(([flag]) => flag),
    ];
    if (alone.length > 0) {
      const flags = alone.map((flag) => `--${kebab(flag)}`).join(", ");
      read.wrong.push(
        `${flags} ${
          alone.length === 1 ? "belongs" : "belong"
        } to --teacher FOLDER, which names the model to learn from`,
      );
    }
    return undefined;
  }
  const settings: Record<string, unknown> = {
    teacher: teachers.length === 1 ? teachers[0] : teachers,
  };
  for (const [flag, { option, of, value }] of given) {
    if (!of.includes(name)) {
      read.wrong.push(
        `--${kebab(flag)} is of ${of.join(" and ")}, not of ${name}; name it by --distillation`,
      );
      continue;
    }
    const told = valueOf(flag, value, read);
    const [whole, part] = option.split(".");
    if (told !== undefined) settings[whole] = part === undefined ? told : { [part]: told };
  }
  return { name, settings };
}

function wayOfFlags(read: FlagReader): WayToTeach {
  const asked = read.text("distillation");
  const [usual] = waysToTeach;
  const found = waysToTeach.find((way) => way === (asked ?? usual));
  if (found) return found;
  read.wrong.push(
    `--distillation is "${asked}"${didYouMean(asked!, waysToTeach)}, but must be ${
      waysToTeach.join(", ")
    }`,
  );
  return usual;
}

function valueOf(flag: string, value: TeacherFlag["value"], read: FlagReader): unknown {
  if (value === "number") return read.number(flag);
  return value === "list" ? read.list(flag) : read.text(flag);
}
