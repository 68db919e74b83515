import type { GridPos, PanelJson } from "../dashboard-json.js";
import type { VariableValue } from "../variables.js";

/** A panel at its place, with the variables that it alone sees. */
export interface PlacedPanel {
  readonly panel: PanelJson;
  readonly gridPos: GridPos;
  readonly variables: ReadonlyMap<string, VariableValue>;
}

/** Repeats panels for each value of their variable and moves what is below them down. */
export function layOut(
  panels: readonly PanelJson[],
  variables: ReadonlyMap<string, VariableValue>,
): readonly PlacedPanel[] {
  const placed: PlacedPanel[] = [];
  let shift = 0;
  for (const panel of panels.toSorted((a, b) => a.gridPos.y - b.gridPos.y)) {
    const copies = repeat(panel, variables);
    for (const { gridPos, ...copy } of copies) {
      placed.push({ ...copy, gridPos: { ...gridPos, y: gridPos.y + shift } });
    }
    const bottom = Math.max(...copies.map(({ gridPos }) => gridPos.y + gridPos.h));
    shift += bottom - panel.gridPos.y - panel.gridPos.h;
  }
  return placed;
}

function repeat(
  panel: PanelJson,
  variables: ReadonlyMap<string, VariableValue>,
): readonly PlacedPanel[] {
  const { x, y, w, h } = panel.gridPos;
  const values = variables.get(panel.repeat ?? "")?.values ?? [];
  if (panel.repeat === undefined || values.length === 0) {
    return [{ panel, gridPos: panel.gridPos, variables }];
  }
  const perRow = Math.min(panel.maxPerRow ?? 4, values.length);
  const width = Math.floor(w / perRow);
  return values.map((value, index) => ({
    panel,
    gridPos: {
      x: x + (index % perRow) * width,
      y: y + Math.floor(index / perRow) * h,
      w: width,
      h,
    },
    variables: new Map([...variables, [panel.repeat ?? "", { values: [value] }]]),
  }));
}
