/**
 * The Dockerfile, and what is not sent to its builder.
 *
 * @module
 */
import { installArguments } from "../server/install_packages.ts";
import { removalProgram } from "../server/server_files.ts";
import { containerArguments, type ContainerSettings, home, user } from "./container_settings.ts";

/** Builds in Deno's image on Debian, which has a shell, and runs in the one without. */
export function dockerfile(settings: ContainerSettings): string {
  const { port, isInside, deno } = settings;
  const health = [
    ...["/bin/deno", "run", "--no-config", "--no-lock", `--allow-net=127.0.0.1:${port}`],
    ...["health.js", String(port)],
  ];
  return `# Needs nothing but the registries of images and of npm: docker build -t ${settings.name} .
FROM denoland/deno:${deno} AS packages
WORKDIR ${home}
ENV DENO_DIR=/deno-dir
COPY deno.json deno.lock ./
COPY datasets datasets/
COPY lib lib/
# The versions and hashes of deno.lock; no install script is run.
RUN deno ${installArguments.join(" ")} \\
  && deno run --allow-read --allow-write ${removalProgram} \\
  && rm -rf /deno-dir/npm

FROM denoland/deno:distroless-${deno}
WORKDIR ${home}
ENV DENO_DIR=/deno-dir \\
  DENO_NO_UPDATE_CHECK=1 \\
  HOME=/tmp \\
  NO_COLOR=1 \\
  TMPDIR=/tmp
COPY --from=packages /deno-dir /deno-dir
COPY --from=packages ${home} ${home}
COPY health.js ./
${isInside ? "COPY model model/" : `VOLUME ["${home}/model"]`}
USER ${user}:${user}
EXPOSE ${port}
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \\
  CMD ${JSON.stringify(health)}
CMD ${JSON.stringify(containerArguments(settings))}
`;
}

/** `.dockerignore`: everything but what the Dockerfile copies. */
export function dockerignore({ isInside }: Pick<ContainerSettings, "isInside">): string {
  const sent = ["deno.json", "deno.lock", "datasets", "lib", "health.js"];
  return ["*", ...[...sent, ...(isInside ? ["model"] : [])].map((each) => `!${each}`), ""]
    .join("\n");
}
