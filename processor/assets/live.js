// Keeps the first page of the list fresh: asks for the same page again and takes its rows over.
// Rests while the page is hidden, while text is selected, and while the reader has paused it.

const interval = 5_000;
const status = document.querySelector("[data-live]");
const rows = document.querySelector("[data-rows]");

if (status !== null && rows !== null) keepFresh(status, rows);

function keepFresh(line, target) {
  const text = document.createElement("span");
  const button = document.createElement("button");
  let paused = false;

  const show = (words) => {
    text.textContent = words;
    button.textContent = paused ? "Resume" : "Pause";
  };
  button.type = "button";
  button.className = "quiet";
  button.addEventListener("click", () => {
    paused = !paused;
    show(paused ? "Paused" : "Live");
  });
  line.append(text, " ", button);
  line.hidden = false;
  show("Live");

  const busy = () =>
    paused ||
    document.hidden ||
    target.contains(document.activeElement) ||
    String(document.getSelection() ?? "") !== "";

  const refresh = async () => {
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-rows]");
      if (fresh === null || busy()) return;
      if (fresh.innerHTML !== target.innerHTML) target.replaceChildren(...fresh.childNodes);
      show("Live");
    } catch {
      show("No answer from the server; trying again");
    }
  };

  setInterval(() => {
    if (!busy()) void refresh();
  }, interval);
}
