import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { telemetryVariable } from "../../lib/engine/telemetry_off.ts";
import { inFolder } from "../weights/in_folder.ts";

const program = fileURLToPath(new URL("telemetry_program.ts", import.meta.url));

/** Every file below a folder. */
async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    found.push(...isDirectory ? await filesBelow(path) : [path]);
  }
  return found;
}

/** `strace` with its arguments, where it is installed and may trace. */
async function tracer(log: string): Promise<string[]> {
  const command = ["strace", "-f", "-e", "trace=connect,sendto,sendmsg", "-o", log];
  try {
    const { success } = await new Deno.Command(command[0], {
      args: [...command.slice(1), "true"],
      stdout: "null",
      stderr: "null",
    }).output();
    return success ? command : [];
  } catch {
    return [];
  }
}

Deno.test("a run leaves nothing in the home and temporary folders and calls nobody", () =>
  inFolder(async (folder) => {
    const [home, temporary, out] = ["home", "tmp", "out"].map((name) => join(folder, name));
    for (const each of [home, temporary, out]) await Deno.mkdir(each);
    const log = join(folder, "calls");
    const { PATH, DENO_DIR = "" } = Deno.env.toObject();
    const caches = DENO_DIR ||
      JSON.parse(new TextDecoder().decode(
        (await new Deno.Command(Deno.execPath(), {
          args: ["info", "--json"],
        }).output()).stdout,
      )).denoDir;
    const [command, ...args] = [
      ...await tracer(log),
      ...[Deno.execPath(), "run", "--allow-all", "--no-check", "--cached-only", program, out],
    ];
    const { stdout, stderr, success } = await new Deno.Command(command, {
      args,
      clearEnv: true,
      env: {
        ...{ PATH, HOME: home, TMPDIR: temporary, TEMP: temporary, DENO_DIR: caches },
        ...{ NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
      },
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    assert.equal(new TextDecoder().decode(stdout).trim(), "2,4,6,8");
    assert.deepEqual(await filesBelow(home), []);
    assert.deepEqual(await filesBelow(temporary), []);
    const calls = await Deno.readTextFile(log).catch(() => "");
    const outside = calls.split("\n").filter((line) => /sa_family=AF_INET6?/.test(line));
    assert.deepEqual(outside, []);
  }));

Deno.test("the telemetry is off in this process, its threads and its children", async () => {
  assert.equal(Deno.env.get(telemetryVariable), "1");
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", `console.log(Deno.env.get("${telemetryVariable}"))`],
  }).output();
  assert.equal(new TextDecoder().decode(stdout).trim(), "1");
});

Deno.test("one file imports ONNX Runtime, so that its telemetry is off before", async () => {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const importers: string[] = [];
  for (const path of await filesBelow(join(root, "lib"))) {
    if (!path.endsWith(".ts")) continue;
    if (/from "onnxruntime-node"/.test(await Deno.readTextFile(path))) importers.push(path);
  }
  assert.deepEqual(importers, [join(root, "lib", "engine", "ort.ts")]);
  const text = await Deno.readTextFile(importers[0]);
  assert.ok(text.indexOf("telemetry_off.ts") < text.indexOf("onnxruntime-node"));
});
