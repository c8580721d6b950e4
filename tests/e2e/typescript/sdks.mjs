// The two official SDK lines behind one small interface: 2.x speaks both eras, 1.x only the legacy one.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { CreateMessageRequestSchema, ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";

export const MODERN = "2026-07-28";
export const LEGACY = "2025-11-25";
const PATIENCE_MS = 20_000;
const INFO = { name: "typescript-e2e", version: "1.0.0" };

/** Connect and return a peer: the client, what it was asked and told, and the HTTP answers it got. */
export async function connect({ url, era, headers }, answers = {}) {
  const responses = [];
  const watched = async (input, init) => {
    const response = await fetch(input, init);
    responses.push({ method: init?.method ?? "GET", status: response.status });
    return response;
  };
  const v1 = era === "legacy-v1";
  const peer = { asked: [], notifications: [], responses, options: { timeout: PATIENCE_MS }, v1, waiting: [] };
  peer.client = v1 ? new ClientV1(INFO, capabilities(answers)) : new Client(INFO, { ...capabilities(answers), ...negotiation(era) });
  peer.transport = new (v1 ? TransportV1 : StreamableHTTPClientTransport)(new URL(url), {
    fetch: watched,
    requestInit: { headers },
  });
  answerWith(peer, answers);
  collectNotifications(peer);
  await peer.client.connect(peer.transport, peer.options);
  peer.protocol = v1 ? peer.transport.protocolVersion : peer.client.getNegotiatedProtocolVersion();
  return peer;
}

/** Call a tool; the SDK lines differ in where the options stand. */
export function callTool(peer, name, args, options = {}) {
  const all = { ...peer.options, ...options };
  const params = { name, arguments: args };
  return peer.v1 ? peer.client.callTool(params, undefined, all) : peer.client.callTool(params, all);
}

/** Wait until a notification of that method has arrived and return all of them. */
export async function notified(peer, method) {
  for (;;) {
    const found = peer.notifications.filter((note) => note.method === method);
    if (found.length) return found;
    await new Promise((resolve) => peer.waiting.push(resolve));
  }
}

function capabilities(answers) {
  const declared = {};
  if (answers.elicitation) declared.elicitation = {};
  if (answers.sampling) declared.sampling = {};
  return { capabilities: declared };
}

function negotiation(era) {
  // A pin makes the client fail where `auto` would fall back to the legacy handshake in silence.
  return { versionNegotiation: { mode: era === "modern" ? { pin: MODERN } : "legacy" } };
}

function answerWith(peer, answers) {
  const answer = (kind) => async (request) => {
    peer.asked.push(request.params);
    if (answers[kind] instanceof Error) throw answers[kind];
    return answers[kind];
  };
  if (answers.elicitation) {
    peer.client.setRequestHandler(peer.v1 ? ElicitRequestSchema : "elicitation/create", answer("elicitation"));
  }
  if (answers.sampling) {
    peer.client.setRequestHandler(peer.v1 ? CreateMessageRequestSchema : "sampling/createMessage", answer("sampling"));
  }
}

function collectNotifications(peer) {
  peer.client.fallbackNotificationHandler = async (note) => {
    peer.notifications.push(note);
    for (const wake of peer.waiting.splice(0)) wake();
  };
}
