import type { DueTrace } from "./pending-traces.js";

/** Rows that a service may send ahead in one turn, on average. */
const rowsPerTurn = 16;

/**
 * Puts due traces into an order in which services take turns, so that the flood of one does not
 * starve the others. A turn is measured in rows: who has large traces gets fewer of them. The order
 * within a service stays.
 * @param due the longest waiting first
 */
export function inTurns(due: readonly DueTrace[]): DueTrace[] {
  let waiting = queuesOf(due);
  const order: DueTrace[] = [];
  while (waiting.length > 1) {
    for (const queue of waiting) {
      queue.credit += rowsPerTurn;
      let next = queue.traces[queue.at];
      while (next !== undefined && next.trace.rows <= queue.credit) {
        queue.credit -= next.trace.rows;
        order.push(next);
        queue.at += 1;
        next = queue.traces[queue.at];
      }
    }
    waiting = waiting.filter(({ traces, at }) => at < traces.length);
  }
  for (const { traces, at } of waiting) for (const last of traces.slice(at)) order.push(last);
  return order;
}

interface Queue {
  readonly traces: DueTrace[];
  at: number;
  credit: number;
}

function queuesOf(due: readonly DueTrace[]): Queue[] {
  const queues = new Map<string, Queue>();
  for (const each of due) {
    const { service } = each.trace;
    const queue = queues.get(service);
    if (queue === undefined) queues.set(service, { traces: [each], at: 0, credit: 0 });
    else queue.traces.push(each);
  }
  return [...queues.values()];
}
