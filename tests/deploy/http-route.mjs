// Checks the HTTPRoute on standard input against the bounds and patterns of Gateway API.
import { readFileSync } from "node:fs";
import { HTTPRoute } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1";

try {
    new HTTPRoute(JSON.parse(readFileSync(0, "utf8"))).validate();
} catch (error) {
    console.error(error.message);
    process.exitCode = 1;
}
