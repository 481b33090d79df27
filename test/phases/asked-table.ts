import { expect } from "vitest";
import { ask, type Asking, gateOf, type Scene, scene } from "./scene.ts";

/** What the gate of one asking is told. */
export type Request = Awaited<ReturnType<typeof ask>>;

/** One way to be refused, and the nearest thing that is allowed. */
export interface Row {
  stop: string;
  /** The whole sentence for the requester, or a part of it. */
  says: string;
  refused: Partial<Way>;
  goes: Partial<Way>;
}
interface Way {
  /** Before anybody comments. */
  before: (stage: Scene) => void | Promise<void>;
  asking: Asking;
  /** After the dispatch, before the gate looks. */
  after: (stage: Scene, request: Request) => void | Promise<void>;
  /** What the gate is told. */
  told: (request: Request, stage: Scene) => Partial<Request>;
}

/** What the gate says to a way of asking, and the decisions it writes down. */
export async function outcomeOf(way: Partial<Way>) {
  await using stage = await scene();
  await way.before?.(stage);
  const request = await ask(stage, way.asking);
  await way.after?.(stage, request);
  const { audit, ...outcome } = await gateOf(stage, { ...request, ...way.told?.(request, stage) });
  return { outcome, events: audit.entries.map(({ event }) => event) };
}

/** The refusal, with its sentence and its line in the log; and the twin that goes through. */
export async function expectTable({ stop, says, refused, goes }: Row) {
  const { outcome, events } = await outcomeOf(refused);
  expect(outcome).toMatchObject({ kind: "stop", stop: { kind: stop, message: expect.stringContaining(says) } });
  expect(events.at(-1)).toBe("request.refused");
  expect((await outcomeOf(goes)).outcome.kind).toBe("task");
}
