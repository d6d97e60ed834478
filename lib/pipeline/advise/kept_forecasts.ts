/**
 * A file of what runs were forecast to take and what they took, a JSON object on each line.
 *
 * @module
 */
import { messageOf, mistakes, TunebookError } from "../../core/errors.ts";
import type { PastForecast } from "./cost.ts";

/**
 * The forecasts of a file, the oldest first; none where there is no file yet. Throws an error of kind "data" with all
 * lines that are none.
 */
export async function readForecasts(file: string): Promise<PastForecast[]> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw new TunebookError("input", `cannot read the forecasts ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const wrong: string[] = [];
  const found = text.split("\n").flatMap((line, at): PastForecast[] => {
    if (line.trim() === "") return [];
    const read = forecastOfLine(line);
    if (read) return [read];
    wrong.push(`line ${at + 1}: ${line}`);
    return [];
  });
  if (wrong.length > 0) {
    throw mistakes(
      "data",
      `${file} has lines without method, forecastSeconds and seconds above 0:`,
      wrong,
    );
  }
  return found;
}

/** Adds forecasts to the end of a file. */
export async function keepForecasts(
  file: string,
  forecasts: readonly PastForecast[],
): Promise<void> {
  const lines = forecasts.map((each) => `${JSON.stringify(each)}\n`).join("");
  try {
    await Deno.writeTextFile(file, lines, { append: true });
  } catch (error) {
    throw new TunebookError("input", `cannot write the forecasts ${file}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function forecastOfLine(line: string): PastForecast | undefined {
  try {
    const { method, forecastSeconds, seconds } = JSON.parse(line) as PastForecast;
    const isWhole = typeof method === "string" && forecastSeconds > 0 && seconds > 0;
    return isWhole ? { method, forecastSeconds, seconds } : undefined;
  } catch {
    return undefined;
  }
}
