/**
 * `README.md` of a container's folder.
 *
 * @module
 */
import type { ContainerSettings } from "./container_settings.ts";

/** How the image is built, run and asked. */
export function containerReadme(settings: ContainerSettings): string {
  const { name, port, isInside, task } = settings;
  const mounted = isInside ? "" : `
The model is not in the image: it lies in \`model/\`, which \`compose.yaml\` mounts, and which Kubernetes takes from the volume claim \`${name}-model\`.
`;
  const run = [
    `docker run --rm -p 127.0.0.1:${port}:${port} --read-only --tmpfs /tmp`,
    ...(isInside ? [] : [`-v "$PWD/model:/app/model:ro"`]),
    name,
  ].join(" ");
  return `# ${name}
A server for ${task}, made by tunebook. Its answers were compared with the trained model's before this folder was written.

\`\`\`sh
docker build -t ${name} .
${run}
curl http://127.0.0.1:${port}/ready
\`\`\`

\`/docs\` on the server shows how it is asked.
${mounted}
## With keys
\`docker run\` as above asks for none. \`compose.yaml\` and \`kubernetes.yaml\` do; requests bring one as \`Authorization: Bearer KEY\`. The file has one a line, and the user ${"`65532`"} must be able to read it.

\`\`\`sh
openssl rand -hex 24 > api_keys.txt
docker compose up --build
\`\`\`

\`\`\`sh
kubectl create secret generic ${name} --from-file=api_keys=api_keys.txt
kubectl apply -f kubernetes.yaml
\`\`\`

The cluster takes the image from your registry: push it there, and write its address with a digest into \`kubernetes.yaml\`. The service is reached within the cluster; TLS is the ingress's.

## What is in it
| file | what it is |
| --- | --- |
| \`Dockerfile\` | installs the packages of \`deno.lock\` in one stage, and runs without a shell, not as root, in another |
| \`lib\`, \`datasets\`, \`deno.json\`, \`deno.lock\` | the server |
| \`model\` | the model in the form of transformers |
| \`health.js\` | asks \`/health\`, for Docker |

The root file system may be read-only; \`/tmp\` must not: weights lie there while the runtime maps them into memory.

The images are named by version. To name them by content, add the digest that \`docker buildx imagetools inspect\` shows to both \`FROM\` lines.
`;
}
