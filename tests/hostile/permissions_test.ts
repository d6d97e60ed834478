import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("permissions_program.ts", import.meta.url));
const project = fileURLToPath(new URL("../../", import.meta.url));

async function run(...permissions: string[]): Promise<{ stdout: string; stderr: string }> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", ...permissions, program],
    cwd: project,
    clearEnv: true,
    env: {
      ...Deno.env.toObject(),
      HF_HOME: "",
      HF_HUB_CACHE: "",
      XDG_CACHE_HOME: "",
      NO_COLOR: "1",
    },
  }).output();
  const [out, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { stdout: out, stderr: errors };
}

Deno.test("a missing permission is named with its flag, wherever it is missing", async () => {
  const { stdout, stderr } = await run("--allow-env", "--allow-ffi", `--allow-read=${project}`);
  const lines = stdout.trim().split("\n");
  assert.equal(lines.length, 7, stderr);
  for (const line of lines) assert.match(line, /run again with the --allow-(read|sys|net) flag/);
});

Deno.test("without --allow-env, telemetry could not be switched off: nothing starts", async () => {
  const { stdout, stderr } = await run("--allow-ffi", "--allow-read");
  assert.equal(stdout, "");
  assert.match(stderr, /TunebookError: the telemetry .*--allow-env/);
});
