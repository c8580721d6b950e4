// Checks custom resources by the models of their makers: unknown fields by the types, values by the validators.
//
//   node check.mjs objects.json      prints one JSON line for each object: the list of what is wrong with it
//
// A validator lets unknown fields pass, and a type says nothing of patterns: each object has to please both.
import { readFileSync, writeFileSync } from "node:fs";
import ts from "typescript";

const MODELS = {
  "networking.istio.io": "@kubernetes-models/istio",
  "security.istio.io": "@kubernetes-models/istio",
  "gateway.networking.k8s.io": "@kubernetes-models/gateway-api",
  "gateway.envoyproxy.io": "@kubernetes-models/envoy-gateway",
};

const objects = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const faults = objects.map(() => []);
const FILE = "objects.ts";
let source = "";
const firstLines = [];
for (const [index, object] of objects.entries()) {
  const path = `${MODELS[object.apiVersion.split("/")[0]]}/${object.apiVersion}/${object.kind}`;
  const model = new (await import(path))[object.kind](object);
  try {
    model.validate();
  } catch (error) {
    faults[index].push(error.message);
  }
  firstLines.push(source.split("\n").length - 1);
  source += `import type { I${object.kind} as T${index} } from "${path}";\n`;
  source += `export const o${index}: T${index} = ${JSON.stringify(object, null, 1)};\n`;
}
writeFileSync(FILE, source);
const program = ts.createProgram([FILE], {
  noEmit: true, strict: true, skipLibCheck: true, types: [],
  module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2022,
});
for (const found of ts.getPreEmitDiagnostics(program)) {
  const message = ts.flattenDiagnosticMessageText(found.messageText, "\n").split("\n")[0];
  const line = found.file === undefined ? 0 : found.file.getLineAndCharacterOfPosition(found.start).line;
  faults[firstLines.findLastIndex((first) => first <= line)].push(message);
}
for (const list of faults) console.log(JSON.stringify(list));
