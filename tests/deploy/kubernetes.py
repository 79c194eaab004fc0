"""Checks manifests, as kustomize renders them, without a cluster.

    kubernetes.py FILE FOLDER

Each is held against the schema of Kubernetes' oldest and newest version here, with no field that it does not know; an
HTTPRoute against Gateway API's, by the npm packages in FOLDER. Then what a schema cannot say: that what one names in
another is there, that only the public port has a way in, that a rolling update has the time it needs, and that nothing
secret is in them.
"""

import json
import subprocess
import sys
from pathlib import Path

import kubernetes_validate
import yaml

# The oldest has preStop.sleep.
VERSIONS = ["1.30", "1.37"]


def main(file, packages):
    manifests = [manifest for manifest in yaml.safe_load_all(Path(file).read_text()) if manifest]
    problems = [problem for manifest in manifests for problem in against_schema(manifest, packages)]
    # What does not fit its schema may not even have the fields that are looked at next.
    problems = problems or list(together(manifests))
    for problem in problems:
        print(f"{file}: {problem}", file=sys.stderr)
    return 1 if problems else 0


def against_schema(manifest, packages):
    kind, name = manifest["kind"], manifest["metadata"]["name"]
    if kind == "HTTPRoute":
        for problem in http_route(manifest, Path(packages)):
            yield f"{kind} {name}: {problem}"
        return
    for version in VERSIONS:
        try:
            kubernetes_validate.validate(manifest, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            yield f"{kind} {name}: {'.'.join(str(step) for step in error.path)}: {error.message} (Kubernetes {version})"
        except kubernetes_validate.SchemaNotFoundError:
            yield f"{kind} {name}: Kubernetes {version} has no {manifest['apiVersion']} {kind}"


def http_route(manifest, packages):
    """By the compiler of TypeScript, which knows every field's name and type, and by the package's own validation."""
    version = manifest["apiVersion"]
    source = f'import type {{ IHTTPRoute }} from "@kubernetes-models/gateway-api/{version}";\n'
    source += f"export const route: IHTTPRoute = {json.dumps(manifest)};\n"
    (packages / "route.ts").write_text(source)
    types = ["node_modules/.bin/tsc", "--noEmit", "--skipLibCheck", "--strict", "--module", "nodenext", "route.ts"]
    bounds = ["node", "--input-type=module", "--eval", Path(__file__).with_name("http-route.mjs").read_text()]
    for command in [types, bounds]:
        said = subprocess.run(command, cwd=packages, input=json.dumps(manifest), text=True, capture_output=True)
        if said.returncode:
            yield (said.stdout + said.stderr).strip()


def together(manifests):
    """What a schema cannot say."""
    kinds = {}
    for manifest in manifests:
        kinds.setdefault(manifest["kind"], {})[manifest["metadata"]["name"]] = manifest
    (deployment,) = kinds["Deployment"].values()
    template = deployment["spec"]["template"]
    (container,) = template["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    settings = {}
    for source in container["envFrom"]:
        name = source["configMapRef"]["name"]
        if name not in kinds.get("ConfigMap", {}):
            yield f"Deployment: there is no ConfigMap {name}"
            continue
        settings |= kinds["ConfigMap"][name]["data"]
    yield from (f"Secret {name}: what is secret is not for a file" for name in kinds.get("Secret", {}))
    yield from selected(kinds, template["metadata"]["labels"])
    yield from ways_in(kinds, ports)
    yield from volumes(template["spec"], container, settings)
    yield from times(template["spec"], container, settings)
    for probe in ["startupProbe", "livenessProbe", "readinessProbe"]:
        if ports.get(container[probe]["httpGet"]["port"]) != 5100:
            yield f"Deployment: {probe} asks another port than that of operations"
    if template["spec"]["serviceAccountName"] not in kinds["ServiceAccount"]:
        yield "Deployment: its ServiceAccount is not there"
    for name, scaler in kinds["HorizontalPodAutoscaler"].items():
        if scaler["spec"]["scaleTargetRef"]["name"] != deployment["metadata"]["name"]:
            yield f"HorizontalPodAutoscaler {name}: scales something else"


def selected(kinds, labels):
    selectors = {
        "Deployment": lambda spec: spec["selector"]["matchLabels"],
        "Service": lambda spec: spec["selector"],
        "PodDisruptionBudget": lambda spec: spec["selector"]["matchLabels"],
        "NetworkPolicy": lambda spec: spec["podSelector"]["matchLabels"],
    }
    for kind, selector in selectors.items():
        for name, manifest in kinds[kind].items():
            try:
                wanted = selector(manifest["spec"]).items()
            except (KeyError, TypeError):
                yield f"{kind} {name}: selects nothing by name"
                continue
            if not wanted <= labels.items():
                yield f"{kind} {name}: does not select the pods"


def ways_in(kinds, ports):
    reached = {}
    for name, service in kinds["Service"].items():
        for port in service["spec"]["ports"]:
            reached[name, port["port"]] = port["targetPort"]
            if port["targetPort"] not in ports:
                yield f"Service {name}: the pods have no port {port['targetPort']}"
    for name, route in kinds.get("HTTPRoute", {}).items():
        for backend in (backend for rule in route["spec"]["rules"] for backend in rule["backendRefs"]):
            if reached.get((backend["name"], backend["port"])) != "public":
                yield f"HTTPRoute {name}: leads to {backend['name']}:{backend['port']}, not to the public port"
    for name, policy in kinds["NetworkPolicy"].items():
        for rule in policy["spec"]["ingress"]:
            if not rule.get("from") or {port["port"] for port in rule["ports"]} not in ({"public"}, {"operations"}):
                yield f"NetworkPolicy {name}: lets anybody in, or to both ports"


def volumes(pod, container, settings):
    mounts = tuple(mount["mountPath"] + "/" for mount in container["volumeMounts"])
    for key, value in settings.items():
        if key.endswith("_FILE") and not value.startswith(mounts):
            yield f"ConfigMap: {key} is in no volume"
    if {mount["name"] for mount in container["volumeMounts"]} != {volume["name"] for volume in pod["volumes"]}:
        yield "Deployment: a volume that is not mounted, or a mount without a volume"


def times(pod, container, settings):
    spent = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    spent += int(settings.get("IDENTITY_WEB__SERVER__SHUTDOWN_GRACE_SECONDS", 20))
    if spent >= pod["terminationGracePeriodSeconds"]:
        yield f"Deployment: to end takes {spent} s; terminationGracePeriodSeconds does not leave that"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
