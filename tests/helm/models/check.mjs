// Reads objects (a JSON array) from a file and prints, one line of JSON each, what the model of its kind says against it.
import { readFileSync } from "node:fs";

const PACKAGES = {
  "cert-manager.io": "cert-manager",
  "gateway.envoyproxy.io": "envoy-gateway",
  "gateway.networking.k8s.io": "gateway-api",
  "monitoring.coreos.com": "prometheus-operator",
  "networking.istio.io": "istio",
};

for (const object of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  const [group, version] = object.apiVersion.split("/");
  const models = await import(`@kubernetes-models/${PACKAGES[group]}/${group}/${version}`);
  let fault = null;
  try {
    new models[object.kind](object).validate();
  } catch (error) {
    fault = String(error.message ?? error);
  }
  console.log(JSON.stringify(fault));
}
