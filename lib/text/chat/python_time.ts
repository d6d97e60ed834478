/**
 * Dates as Python's `strftime` writes them in English, for templates that name the day.
 *
 * @module
 */

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
// deno-fmt-ignore
const months = [
  "January", "February", "March", "April", "May", "June",
  "July", "August", "September", "October", "November", "December",
];
const shortLength = 3;
const halfDay = 12;
const millisecondsOfDay = 86_400_000;

/** Local time by a format; directives that it does not know stay as they are. */
export function formatTime(date: Date, format: string): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const hour = date.getHours();
  const dayOfYear = 1 + Math.round(
    (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) -
      Date.UTC(date.getFullYear(), 0, 1)) / millisecondsOfDay,
  );
  const written: Readonly<Record<string, () => string>> = {
    a: () => days[date.getDay()].slice(0, shortLength),
    A: () => days[date.getDay()],
    b: () => months[date.getMonth()].slice(0, shortLength),
    B: () => months[date.getMonth()],
    d: () => two(date.getDate()),
    H: () => two(hour),
    I: () => two(hour % halfDay || halfDay),
    j: () => String(dayOfYear).padStart(3, "0"),
    m: () => two(date.getMonth() + 1),
    M: () => two(date.getMinutes()),
    p: () => hour < halfDay ? "AM" : "PM",
    S: () => two(date.getSeconds()),
    y: () => two(date.getFullYear() % 100),
    Y: () => String(date.getFullYear()),
    "%": () => "%",
  };
  return format.replace(/%(.)/gs, (whole, letter: string) => written[letter]?.() ?? whole);
}
