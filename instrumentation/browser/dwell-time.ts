/** How long an element has been in sight on a page that was in sight, in milliseconds. */
export class DwellTime {
  readonly #observer: IntersectionObserver | undefined;
  #inSight = false;
  #since: number | undefined;
  #total = 0;

  constructor(element: Element) {
    if (typeof IntersectionObserver === "undefined") return;
    this.#observer = new IntersectionObserver((entries) => {
      this.#inSight = entries[entries.length - 1]?.isIntersecting ?? false;
      this.update();
    });
    this.#observer.observe(element);
  }

  /** Call it when the page goes out of sight or comes back. */
  update(): number {
    const now = performance.now();
    if (this.#since !== undefined) this.#total += now - this.#since;
    this.#since = this.#inSight && document.visibilityState === "visible" ? now : undefined;
    return Math.round(this.#total);
  }

  stop(): void {
    this.#observer?.disconnect();
  }
}
