/**
 * `kubernetes.yaml`: a Deployment and a Service.
 *
 * @module
 */
import { yamlText } from "../../data/yaml_text.ts";
import {
  containerArguments,
  type ContainerSettings,
  home,
  keysFile,
  user,
} from "./container_settings.ts";

const mebibyte = 2 ** 20;
/** Deno, the server and ONNX Runtime took 230 MB beside a tiny model. */
const programMebibytes = 512;
/** The weights as they were read, and the session's copy of them. */
const copies = 2;

/** The manifest. Keys come from a secret that has the model's name. */
export function kubernetesFile(settings: ContainerSettings): string {
  const { name } = settings;
  const labels = { "app.kubernetes.io/name": name };
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podOf(settings) },
    },
  };
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, labels },
    spec: { selector: labels, ports: [{ name: "http", port: 80, targetPort: "http" }] },
  };
  return [deployment, service].map((each) => yamlText(each)).join("---\n");
}

function podOf(settings: ContainerSettings): Record<string, unknown> {
  const { name, port, isInside, bytes } = settings;
  const mebibytes = Math.ceil(bytes / mebibyte);
  const asked = programMebibytes + copies * mebibytes;
  const probe = (path: string, others: Record<string, number>) => ({
    httpGet: { path, port: "http" },
    timeoutSeconds: 5,
    ...others,
  });
  return {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 40,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [{
      name,
      image: `${name}:latest`,
      imagePullPolicy: "IfNotPresent",
      args: containerArguments(settings, { keys: keysFile }),
      ports: [{ name: "http", containerPort: port }],
      startupProbe: probe("/health", { periodSeconds: 2, failureThreshold: 60 }),
      livenessProbe: probe("/health", { periodSeconds: 20 }),
      readinessProbe: probe("/ready", { periodSeconds: 5 }),
      resources: {
        requests: { cpu: "1", memory: `${asked}Mi` },
        limits: { memory: `${asked * 2}Mi` },
      },
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      volumeMounts: [
        { name: "temporary", mountPath: "/tmp" },
        { name: "keys", mountPath: keysFile, subPath: "api_keys", readOnly: true },
        ...(isInside ? [] : [{ name: "model", mountPath: `${home}/model`, readOnly: true }]),
      ],
    }],
    volumes: [
      // Weights lie here while a session maps them into memory.
      { name: "temporary", emptyDir: { sizeLimit: `${programMebibytes + mebibytes * 2}Mi` } },
      { name: "keys", secret: { secretName: name } },
      ...(isInside
        ? []
        : [{ name: "model", persistentVolumeClaim: { claimName: `${name}-model` } }]),
    ],
  };
}
