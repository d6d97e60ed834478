/**
 * `compose.yaml`, for one machine.
 *
 * @module
 */
import { yamlText } from "../../data/yaml_text.ts";
import {
  containerArguments,
  type ContainerSettings,
  home,
  keysFile,
} from "./container_settings.ts";

/** One service that is reached from its own machine alone, with keys. */
export function composeFile(settings: ContainerSettings): string {
  const { name, port, isInside } = settings;
  return yamlText({
    services: {
      [name]: {
        build: ".",
        image: `${name}:latest`,
        command: containerArguments(settings, { keys: keysFile }),
        ports: [`127.0.0.1:${port}:${port}`],
        ...(isInside ? {} : { volumes: [`./model:${home}/model:ro`] }),
        secrets: ["api_keys"],
        read_only: true,
        tmpfs: ["/tmp"],
        cap_drop: ["ALL"],
        security_opt: ["no-new-privileges:true"],
        restart: "unless-stopped",
        stop_grace_period: "40s",
      },
    },
    secrets: { api_keys: { file: "./api_keys.txt" } },
  });
}
