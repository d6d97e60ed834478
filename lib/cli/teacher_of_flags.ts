/**
 * Who teaches the model, as flags say it.
 *
 * @module
 */
import type { FlagReader } from "./flag_reader.ts";

/** The options of a distillation, by the names of their flags. */
export const teacherFlags: Readonly<Record<string, string>> = {
  teacher: "teacher",
  temperature: "teacherTemperature",
  weight: "teacherWeight",
};

/** The options of a distillation; undefined where no flag names a teacher. */
export function teacherOfFlags(read: FlagReader): Readonly<Record<string, unknown>> | undefined {
  const teachers = read.list("teacher");
  const temperature = read.number("teacherTemperature");
  const weight = read.number("teacherWeight");
  if (!teachers) {
    if (temperature !== undefined || weight !== undefined) {
      read.wrong.push("--teacher-temperature and --teacher-weight belong to --teacher");
    }
    return undefined;
  }
  return {
    teacher: teachers.length === 1 ? teachers[0] : teachers,
    ...(temperature === undefined ? {} : { temperature }),
    ...(weight === undefined ? {} : { weight }),
  };
}
