import { httpRunner, type QueryRunner } from "#dashboards/query-result.js";
import { dashboardData, dashboardHours } from "./dashboard-data.js";
import { startTestStore, type TestStore } from "./store.js";

/** A store with six hours of demo-like data, read as Grafana would read it: without a password. */
export interface DashboardStore {
  readonly store: TestStore;
  readonly runner: QueryRunner;
  /** Milliseconds: the range that has data. */
  readonly range: { readonly from: number; readonly to: number };
}

export async function startDashboardStore(): Promise<DashboardStore> {
  const store = await startTestStore();
  try {
    const to = Date.now();
    for (const statement of dashboardData(to)) await store.client.command(statement);
    return {
      store,
      runner: httpRunner(store.url),
      range: { from: to - dashboardHours * 3_600_000, to },
    };
  } catch (error) {
    await store.stop();
    throw error;
  }
}
