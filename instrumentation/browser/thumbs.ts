/** What screen readers say; the buttons show a thumb each. */
export interface ThumbsLabels {
  readonly group: string;
  readonly up: string;
  readonly down: string;
}

const english: ThumbsLabels = { group: "Rate this answer", up: "Helpful", down: "Not helpful" };

/** Two buttons at the end of an element. Clicks are found by their `data-feedback`. */
export function addThumbs(element: Element, labels: ThumbsLabels = english): Element {
  const group = document.createElement("span");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", labels.group);
  for (const [name, sign] of [
    ["up", "👍"],
    ["down", "👎"],
  ] as const) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset["feedback"] = name;
    button.title = labels[name];
    button.setAttribute("aria-label", labels[name]);
    button.setAttribute("aria-pressed", "false");
    button.textContent = sign;
    group.append(button);
  }
  element.append(group);
  return group;
}

/** Shows which one was chosen, on an application's own buttons, too. */
export function pressThumb(element: Element, name: "up" | "down"): void {
  for (const button of element.querySelectorAll<HTMLElement>(
    "[data-feedback=up],[data-feedback=down]",
  )) {
    button.setAttribute("aria-pressed", String(button.dataset["feedback"] === name));
  }
}
