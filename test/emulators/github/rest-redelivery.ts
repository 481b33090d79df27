import { notFound } from "./answer.ts";
import type { Route } from "./route.ts";
import { numeric } from "./route.ts";

/** An App asks for a failed delivery again. The answer comes at once, the delivery after it. */
export function redeliveryRoute(redeliver: (id: number) => void): Route {
  return {
    method: "POST",
    path: "/app/hook/deliveries/{delivery_id}/attempts",
    need: "jwt",
    run: (ask) => {
      const { identity } = ask;
      const id = numeric(ask, "delivery_id");
      const isOwn = ask.state.deliveries.some(
        (one) => one.id === id && identity.kind === "app" && one.app === identity.app,
      );
      if (!isOwn) throw notFound();
      redeliver(id);
      return { status: 202, json: {} };
    },
  };
}
