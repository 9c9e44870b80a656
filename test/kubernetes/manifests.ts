import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';

export const KUBERNETES_FOLDER = 'deploy/kubernetes';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

export interface ConfigMap extends Manifest {
  readonly data: Readonly<Record<string, string>>;
}

export interface Secret extends Manifest {
  readonly stringData: Readonly<Record<string, string>>;
}

export interface ServiceMonitor extends Manifest {
  readonly spec: { readonly endpoints: readonly { readonly path: string }[] };
}

/** In seconds. */
export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly envFrom: readonly unknown[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly securityContext: unknown;
}

export interface Deployment extends Manifest {
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly enableServiceLinks: boolean;
        readonly automountServiceAccountToken: boolean;
        readonly securityContext: unknown;
        readonly initContainers?: readonly Container[];
        readonly containers: readonly [Container];
      };
    };
  };
}

/** The text of a file below deploy/kubernetes. */
export function textOf(file: string): string {
  return readFileSync(`${KUBERNETES_FOLDER}/${file}`, 'utf8');
}

export function readManifest<T extends Manifest>(file: string): T {
  return parse(textOf(file)) as T;
}

/**
 * What `kubectl kustomize` makes of a folder below deploy/kubernetes. A KUBECTL on another path is named by
 * that variable.
 */
export function render(folder: string): readonly Manifest[] {
  const kubectl = process.env['KUBECTL'] ?? 'kubectl';
  const { error, status, stdout, stderr } = spawnSync(
    kubectl,
    ['kustomize', `${KUBERNETES_FOLDER}/${folder}`],
    { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 },
  );
  if (error) {
    throw new Error(
      'This test needs kubectl 1.27 or later (it needs no cluster). Install it as https://kubernetes.io/docs/tasks/tools ' +
        'says (macOS: brew install kubectl), or name it: KUBECTL=/path/to/kubectl npm test',
    );
  }
  if (status !== 0) throw new Error(`kubectl cannot render ${folder}: ${stderr}`);
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}

/** The one of its kind, and of its name where there are several. */
export function find<T extends Manifest>(
  manifests: readonly Manifest[],
  kind: string,
  name?: string,
): T {
  const isIt = (manifest: Manifest): boolean =>
    manifest.kind === kind && (name === undefined || manifest.metadata.name.startsWith(name));
  const [found, ...others] = manifests.filter(isIt);
  if (!found || others.length > 0) throw new Error(`There is no such ${kind}, or several.`);
  return found as T;
}
