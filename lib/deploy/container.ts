/**
 * Deploys the model as a container: the folder that an image is built from.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "../core/atomic.ts";
import { checkOptions } from "../core/check_options.ts";
import { oneOf, type Rule, type Rules, yesOrNo } from "../core/option_rules.ts";
import { readOwnFile } from "./browser/own_file.ts";
import { composeFile } from "./container/compose.ts";
import { containerArguments, type ContainerSettings } from "./container/container_settings.ts";
import { dockerfile, dockerignore } from "./container/dockerfile.ts";
import { kubernetesFile } from "./container/kubernetes.ts";
import { containerReadme } from "./container/readme.ts";
import { type FloatDtype, floatDtypes } from "./float_dtype.ts";
import { formWithin } from "./form_within.ts";
import { listFiles } from "./list_files.ts";
import { merged } from "./merged.ts";
import { askServer } from "./server/ask_server.ts";
import { installPackages, removePackages } from "./server/install_packages.ts";
import { ownPackage } from "./server/own_package.ts";
import { removeOtherSystems } from "./server/remove_other_systems.ts";
import { temporaryFolder } from "./server/running_server.ts";
import { writeServer } from "./server/server_files.ts";
import { checkTargetFolder, type DeployTarget } from "./target.ts";

/** How to make the container. */
export interface ContainerOptions {
  /** The name of the model, of the image and in Kubernetes: `model` unless given. */
  readonly name?: string;
  /** The port that the server listens at; 8000 unless given. */
  readonly port?: number;
  /** The type of the weights, as `merged` has it: `float32` unless given. */
  readonly dtype?: FloatDtype;
  /** Whether the model is mounted when the container is started; it lies in the image unless this is true. */
  readonly mounted?: boolean;
}

const usualPort = 8000;
/** A name must be a label of DNS in Kubernetes; volumes add to it. */
const label = /^[a-z](?:[a-z0-9-]{0,48}[a-z0-9])?$/;
const lastPort = 65535;

/** The name of a served model that is also a label of DNS. */
export const dnsLabel: Rule = [
  "lower-case letters, digits and hyphens, at most 50, a letter first and no hyphen last",
  (value) => typeof value === "string" && label.test(value),
];
/** A user without rights cannot listen below 1024 everywhere. */
const highPort: Rule = [
  "a port from 1024 to 65535",
  (value) => Number.isInteger(value) && value as number >= 1024 && value as number <= lastPort,
];

const rules: Rules<ContainerOptions> = {
  name: dnsLabel,
  port: highPort,
  dtype: oneOf(floatDtypes),
  mounted: yesOrNo,
};

/**
 * A folder from which `docker build` makes an image with the server of `serve` and the whole model: `Dockerfile`
 * (distroless, not root, a health check), `compose.yaml`, `kubernetes.yaml`, `README.md`, the server's modules with
 * a lock file, and the model in `model`. The build asks the registries of images and of npm alone. Docker is not
 * needed to write it.
 *
 * The receipt is that of `merged` for the folder `model`; then the packages are installed as in the Dockerfile, the
 * same command line is run without any variable of this process and with an empty home, and its answers are compared
 * with the trained model's. The packages come from Deno's cache, or from npm's registry; where they cannot be had it
 * is an error of kind "download".
 *
 * @example
 * ```ts
 * import { container } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(container("out/reviews-container", { name: "reviews" }).name, "container");
 * ```
 */
export function container(folder: string, options: ContainerOptions = {}): DeployTarget {
  checkTargetFolder("container", folder);
  checkOptions("container", options, rules);
  const { name = "model", port = usualPort, dtype, mounted = false } = options;
  const whole = merged(folder, dtype === undefined ? {} : { dtype });
  const form = formWithin("model", whole);
  return {
    ...whole,
    ...form,
    name: "container",
    modelFolder: "model",
    ...(Object.keys(options).length > 0 ? { options: { ...options } } : {}),
    async check(trainable, about) {
      await ownPackage();
      await whole.check?.(trainable, about);
    },
    async write(trained, folder) {
      const model = join(folder, "model");
      await Deno.mkdir(model);
      await whole.write(trained, model);
      await writeServer(folder);
      const bytes = (await listFiles(model)).reduce((sum, { bytes }) => sum + bytes, 0);
      await writeFiles(folder, {
        ...{ name, port, bytes, isInside: !mounted, deno: Deno.version.deno },
        task: trained.task.task.name,
      });
    },
    async inspect(trained, folder, proof) {
      const found = await form.inspect!(trained, folder, proof);
      const args = containerArguments({ name, port: 0 }, {
        host: "127.0.0.1",
        temporary: temporaryFolder,
      });
      const program = Deno.execPath();
      try {
        await installPackages("container", folder);
        await removeOtherSystems(folder);
        const started = { program, args, folder };
        const isRounded = dtype !== undefined && dtype !== "float32";
        return { ...found, server: await askServer(started, trained, proof, { isRounded }) };
      } finally {
        await removePackages(folder);
      }
    },
  };
}

async function writeFiles(folder: string, settings: ContainerSettings): Promise<void> {
  const files = {
    "Dockerfile": dockerfile(settings),
    ".dockerignore": dockerignore(settings),
    "compose.yaml": composeFile(settings),
    "kubernetes.yaml": kubernetesFile(settings),
    "README.md": containerReadme(settings),
    "health.js": await readOwnFile("../container/health.js"),
  };
  for (const [name, text] of Object.entries(files)) await writeFileAtomic(join(folder, name), text);
}
