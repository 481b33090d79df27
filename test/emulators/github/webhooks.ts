import { createHmac, randomUUID } from "node:crypto";
import { installationPayload, payloadOf } from "./payloads.ts";
import type { Json } from "./show-account.ts";
import type { Account, App, Delivery, HubEvent, Installation, State } from "./state.ts";
import { nextId } from "./ids.ts";

/** GitHub waits this long for an answer. */
const answerMsMax = 10_000;

/** Sends events to the Apps that subscribed, signs them, and remembers every delivery with its answer. */
export interface Webhooks {
  emit: (event: HubEvent) => void;
  installed: (installation: Installation, sender: Account) => void;
  /** Sends a delivery again: same GUID, same body. @throws Error for an unknown id. */
  redeliver: (id: number) => Promise<Delivery>;
  /** Resolves when everything that is on the way now has been answered. */
  settled: () => Promise<void>;
  /** How many deliveries are on the way. */
  pending: () => number;
  close: () => void;
}

interface Outgoing {
  app: App;
  installation: number;
  repository: number | null;
  event: string;
  action: string | null;
  body: string;
  guid: string;
  redelivery: boolean;
}

export function webhooksOf(state: State): Webhooks {
  const underway = new Set<Promise<Delivery>>();
  const stopped = new AbortController();

  const send = (outgoing: Outgoing): Promise<Delivery> => {
    const sent = deliver(state, outgoing, stopped.signal);
    underway.add(sent);
    void sent.finally(() => underway.delete(sent));
    return sent;
  };
  const post = (
    installation: Installation,
    payload: Json,
    about: Pick<Outgoing, "event" | "action" | "repository">,
  ): void => {
    const { app, id } = installation;
    if (app.webhookUrl === null) return;
    void send({
      ...about,
      app,
      installation: id,
      body: JSON.stringify(payload),
      guid: randomUUID(),
      redelivery: false,
    });
  };

  return {
    emit: (event) => {
      for (const installation of state.installations) {
        const wants =
          installation.app.events.includes(event.subject.name) && installation.repositories.has(event.repository.id);
        if (!wants) continue;
        const about = { event: event.subject.name, action: event.action, repository: event.repository.id };
        post(installation, payloadOf(state, event, installation), about);
      }
    },
    installed: (installation, sender) => {
      const about = { event: "installation", action: "created", repository: null };
      post(installation, installationPayload(state, installation, sender), about);
    },
    redeliver: (id) => {
      const old = state.deliveries.find((delivery) => delivery.id === id);
      if (old === undefined) throw new Error(`there is no delivery ${id}`);
      const { app, installation, repository, event, action, body, guid } = old;
      return send({ app, installation, repository, event, action, body, guid, redelivery: true });
    },
    settled: async () => {
      await Promise.all(underway);
    },
    pending: () => underway.size,
    close: () => stopped.abort(),
  };
}

/** Never rejects: a receiver that is down is a failed delivery, as on GitHub. */
async function deliver(state: State, outgoing: Outgoing, stopped: AbortSignal): Promise<Delivery> {
  const delivery: Delivery = {
    ...outgoing,
    id: nextId(state, "delivery"),
    deliveredAt: state.now(),
    durationMs: 0,
    statusCode: 0,
    status: "pending",
    headers: headersOf(outgoing),
    response: "",
  };
  state.deliveries.push(delivery);
  const started = performance.now();
  const answer = await ask(outgoing, delivery.headers, stopped);
  return Object.assign(delivery, answer, { durationMs: Math.round(performance.now() - started) });
}

async function ask(
  { app, body }: Outgoing,
  headers: Record<string, string>,
  stopped: AbortSignal,
): Promise<Pick<Delivery, "statusCode" | "status" | "response">> {
  if (app.webhookUrl === null) return { statusCode: 0, status: "failed to connect to host", response: "" };
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(answerMsMax), stopped]);
    const answer = await fetch(app.webhookUrl, { method: "POST", headers, body, signal, redirect: "manual" });
    const response = await answer.text();
    return {
      statusCode: answer.status,
      status: answer.ok ? "OK" : `Invalid HTTP Response: ${answer.status}`,
      response,
    };
  } catch (cause) {
    const isLate = cause instanceof Error && cause.name === "TimeoutError";
    return { statusCode: 0, status: isLate ? "timed out" : "failed to connect to host", response: "" };
  }
}

function headersOf({ app, event, guid, body }: Outgoing): Record<string, string> {
  return {
    "Content-Type": "application/json",
    "User-Agent": "GitHub-Hookshot/embedded",
    "X-GitHub-Delivery": guid,
    "X-GitHub-Event": event,
    "X-GitHub-Hook-ID": String(app.id * 10),
    "X-GitHub-Hook-Installation-Target-ID": String(app.id),
    "X-GitHub-Hook-Installation-Target-Type": "integration",
    "X-Hub-Signature-256": `sha256=${createHmac("sha256", app.webhookSecret).update(body).digest("hex")}`,
  };
}
