// Plays named stories against an MCP endpoint with the official TypeScript SDK and prints what the client saw.
//
//     node client.mjs URL ERA [--control ORIGIN] [--header NAME:VALUE]... STORY...
//
// ERA is legacy or modern (SDK 2.x) or legacy-v1 (SDK 1.x). One line of JSON per story: {"story", "seen"}.
// The stories and the shapes of what they saw are described in tests/e2e/scenarios.py.
import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { LEGACY, MODERN, callTool, connect, notified } from "./sdks.mjs";

const PATIENCE_MS = 20_000;
const STEPS = 3;
const NOTE = "test://note/1";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { control: { type: "string" }, header: { type: "string", multiple: true, default: [] } },
});
const [url, era, ...names] = positionals;
const headers = Object.fromEntries(values.header.map((line) => [line.split(":", 1)[0], line.slice(line.indexOf(":") + 1)]));
const stage = { url, era, headers, control: values.control ?? new URL(url).origin };

const accepted = { action: "accept", content: { name: "Ada" } };
const refused = (message) => Object.assign(new Error(message), { code: -1 });
const completion = { role: "assistant", model: "test-model", content: { type: "text", text: "an answer" } };

const stories = {
  list: connected(async (peer) => {
    const { tools } = await peer.client.listTools(undefined, peer.options);
    const server = peer.client.getServerVersion()?.name ?? null;
    return { protocol: peer.protocol, server, tools: tools.map((tool) => tool.name).sort() };
  }),
  call: call("echo", { text: "hello" }),
  denied: call("delete_record", { id: "7" }),
  fail: call("fail", {}),
  redacted: call("customer", { id: "c-1" }),
  big: call("big", { size: 100_000 }),
  // A client learns from the list which arguments to mirror into headers.
  region: connected(async (peer) => {
    await peer.client.listTools(undefined, peer.options);
    return seen(callTool(peer, "regional", { region: "eu-west", text: "hello" }));
  }),
  progress: connected(progress),
  elicitation: asking("ask_elicitation", { elicitation: accepted }),
  elicitation_declined: asking("ask_elicitation", { elicitation: { action: "decline" } }),
  elicitation_error: asking("ask_elicitation", { elicitation: refused("no person here") }),
  sampling: asking("ask_sampling", { sampling: completion }),
  sampling_error: asking("ask_sampling", { sampling: refused("no model here") }),
  input_required: asking("needs_input", { elicitation: accepted }),
  resource: connected(async (peer) => {
    const { resourceTemplates } = await peer.client.listResourceTemplates(undefined, peer.options);
    const { contents } = await peer.client.readResource({ uri: NOTE }, peer.options);
    return {
      templates: resourceTemplates.map((template) => template.uriTemplate),
      contents: contents.map(({ uri, text }) => ({ uri, text })),
    };
  }),
  prompt: connected(async (peer) => {
    const { prompts } = await peer.client.listPrompts(undefined, peer.options);
    const { messages } = await peer.client.getPrompt({ name: "greet", arguments: { name: "Ada" } }, peer.options);
    return {
      prompts: prompts.map((prompt) => prompt.name),
      messages: messages.map(({ role, content }) => ({ role, text: content.text })),
    };
  }),
  get_stream: connected(async (peer) => {
    const told = await announced(peer);
    await callTool(peer, "log_alone", { text: "call ada@example.com" });
    return { notifications: [...told, ...(await notified(peer, "notifications/message")).map(shownNote)] };
  }),
  listen: connected(async (peer) => {
    const filter = { toolsListChanged: true, resourceSubscriptions: [NOTE] };
    const subscription = await peer.client.listen(filter, peer.options);
    const notifications = await announced(peer);
    await subscription.close();
    return { honored: subscription.honoredFilter, notifications };
  }),
  delete: remove,
  changing: connected(changing),
  injected: call("read_message", { name: "marked" }),
  thread: call("read_thread", { name: "marked" }),
};

const unknown = names.filter((name) => !(name in stories));
if (unknown.length) throw new Error(`no such story: ${unknown.join(", ")}`);
for (const name of names) {
  const found = await withDeadline(stories[name]).catch((error) => failure(error));
  process.stdout.write(`${JSON.stringify({ story: name, seen: found })}\n`);
}
// A story that missed its deadline may have left a connection open.
process.exit(0);

/** Run a story on a connection of its own and close that afterwards. */
function connected(story, answers) {
  return async () => {
    const peer = await connect(stage, answers);
    try {
      return await story(peer);
    } finally {
      await peer.client.close();
    }
  };
}

function call(name, args) {
  return connected((peer) => seen(callTool(peer, name, args)));
}

function asking(tool, answers) {
  return connected(async (peer) => {
    const result = await seen(callTool(peer, tool, {}));
    return { asked: peer.asked.map((params) => params.message ?? params.messages[0].content.text), result };
  }, answers);
}

async function progress(peer) {
  const order = [];
  const messages = [];
  const gate = `progress-${randomUUID()}`;
  let opened = Promise.resolve();
  const onprogress = ({ progress: step, message }) => {
    order.push(`event ${step}`);
    messages.push(message);
    // Noted first: the next event may come back before the gate has answered.
    order.push(`open ${step}`);
    opened = Promise.all([opened, open(gate)]);
  };
  const result = await callTool(peer, "slow_progress", { steps: STEPS, gate }, { onprogress });
  // The answer may overtake the end of the request that caused it.
  await opened;
  return { order: [...order, "result"], messages, result: shown(result) };
}

/** Let one waiter through a gate of the fixture server, past any proxy. */
async function open(gate) {
  const response = await fetch(`${stage.control}/gate/${gate}`, { method: "POST" });
  if (!response.ok) throw new Error(`the gate answered ${response.status}`);
}

async function announced(peer) {
  await callTool(peer, "announce", { kind: "tools" });
  const first = await notified(peer, "notifications/tools/list_changed");
  await callTool(peer, "announce", { kind: "note", uri: NOTE });
  return [...first, ...(await notified(peer, "notifications/resources/updated"))].map(shownNote);
}

async function changing(peer) {
  const look = async () => {
    const { tools } = await peer.client.listTools(undefined, peer.options);
    return { tools: tools.map((tool) => tool.name).sort(), result: await seen(callTool(peer, "echo", { text: "hello" })) };
  };
  const found = { before: await look() };
  for (const [name, description] of [["changed", "Return the text, and keep a copy."], ["restored", "Return the text."]]) {
    await callTool(peer, "turn", { description });
    found[name] = await look();
  }
  return found;
}

async function remove() {
  if (era === "modern") {
    const response = await fetch(url, { method: "DELETE", headers: { ...headers, "mcp-protocol-version": MODERN } });
    return { deleted: response.status };
  }
  const peer = await connect(stage);
  await peer.client.listTools(undefined, peer.options);
  const session = peer.transport.sessionId;
  await peer.transport.terminateSession();
  await peer.client.close();
  const after = await fetch(url, {
    method: "POST",
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
    headers: {
      ...headers,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-session-id": session,
      "mcp-protocol-version": LEGACY,
    },
  });
  return { deleted: peer.responses.find(({ method }) => method === "DELETE")?.status ?? null, after: after.status };
}

function seen(result) {
  return result.then(shown, failure);
}

function shown(result) {
  const texts = (result.content ?? []).filter((block) => block.type === "text").map((block) => block.text);
  return { text: texts.join("\n"), isError: result.isError === true, structured: result.structuredContent ?? null };
}

function shownNote({ method, params }) {
  const { _meta, ...rest } = params ?? {};
  return { method, params: rest };
}

function failure(error) {
  const { code = null, message, data = null } = error;
  return { error: { kind: error.constructor.name, code, message, data } };
}

async function withDeadline(story) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("the story did not end in time")), PATIENCE_MS);
  });
  try {
    return await Promise.race([story(), late]);
  } finally {
    clearTimeout(timer);
  }
}
