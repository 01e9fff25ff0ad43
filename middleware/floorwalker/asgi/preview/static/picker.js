// Picking an element: the page gets no event meanwhile, so nothing is followed.
const VOID = ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];
const PLACES = [
  ["inside", "inside it, instead of what it holds"], ["replace", "in its place"], ["before", "before it"], ["after", "after it"],
  ["first", "inside, before all else"], ["last", "inside, after all else"], ["hide", "nothing: hide it"],
];

const nameOf = (element) => element.localName + (element.id ? `#${element.id}` : "") + [...element.classList].slice(0, 3).map((each) => `.${each}`).join("");

class Picker {
  constructor(layer, tell, picked) {
    Object.assign(this, { layer, tell, picked, element: null, below: [] });
    this.frame = el("div", { class: "frame", hidden: true }, el("span", {}));
    layer.append(this.frame);
    layer.addEventListener("pointermove", (event) => this.aim(this.under(event)));
    layer.addEventListener("click", (event) => { event.preventDefault(); this.aim(this.under(event)); this.take(); });
    this.onKey = (event) => this.key(event);
  }

  start() {
    this.layer.hidden = false;
    document.addEventListener("keydown", this.onKey, true);
    addEventListener("scroll", (this.follow = () => this.aim(this.element)), { capture: true, passive: true });
    this.layer.focus();
    this.aim(document.querySelector("main") || document.body.firstElementChild || document.body);
  }

  stop() {
    this.layer.hidden = true;
    document.removeEventListener("keydown", this.onKey, true);
    removeEventListener("scroll", this.follow, { capture: true });
  }

  under({ clientX, clientY }) {
    this.layer.style.pointerEvents = "none";
    const found = document.elementsFromPoint(clientX, clientY).find((each) => !each.localName.startsWith("floorwalker-"));
    this.layer.style.pointerEvents = "";
    return found || document.body;
  }

  aim(element) {
    if (!element || !element.isConnected) return;
    const { left, top, width, height } = element.getBoundingClientRect();
    Object.assign(this.frame.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
    this.frame.classList.toggle("is-high", top < 26);
    this.frame.hidden = false;
    if (element === this.element) return;
    this.element = element;
    const name = nameOf(element);
    this.frame.firstChild.textContent = name;
    this.tell(name);
  }

  key(event) {
    const { element } = this;
    const next = {
      ArrowUp: () => { if (element.parentElement && element !== document.body) { this.below.push(element); return element.parentElement; } return null; },
      ArrowDown: () => { const last = this.below.pop(); return last && last.parentElement === element ? last : element.firstElementChild; },
      ArrowLeft: () => element.previousElementSibling,
      ArrowRight: () => element.nextElementSibling,
    }[event.key];
    if (!next && event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") { this.stop(); this.picked(null); return; }
    if (event.key === "Enter") { this.take(); return; }
    const found = next();
    if (!found || found.localName.startsWith("floorwalker-")) return;
    found.scrollIntoView({ block: "nearest" });
    this.aim(found);
  }

  take() {
    this.stop();
    this.picked(this.element);
  }
}

// What the server's own rewriter makes of the selectors, on the page as the app made it.
const tryOn = async (element, state, selectors, place) => {
  let html = null;
  try {
    const page = await fetch(location.href, { headers: { "x-floorwalker-preview": "plain", accept: "text/html" }, cache: "no-store" });
    html = await page.text();
    if (html.length > 1500000) html = null;
  } catch { /* then nothing is counted */ }
  const answer = await fetch(`${state.prefix}/selector`, { method: "POST", body: JSON.stringify({ selectors, place, html }) });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).map((each) => (each.first && !isSame(each.first, element) ? { ...each, error: "", warning: "", matches: 0 } : each));
};

// Counted in the window, places in a list may be others than in the page as the app made it.
const isSame = (first, element) => first.tag === element.localName && first.id === element.id && first.classes.every((name) => element.classList.contains(name));

const best = (verdicts) => {
  const served = verdicts.filter((each) => !each.error && (each.matches === 1 || each.matches === null));
  return served.find((each) => !each.warning) || served[0] || verdicts.find((each) => each.error && each.matches) || verdicts[0];
};

const slotName = (element, state) => {
  const own = [element.id, element.getAttribute("data-slot"), ...element.classList, element.localName].find((name) => name && !isGenerated(name)) || "slot";
  const name = own.replace(/[^A-Za-z0-9_.-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "").slice(0, 40) || "slot";
  const taken = (each) => state.slots.some((slot) => slot.name === each);
  let number = 1;
  while (taken(number === 1 ? name : `${name}-${number}`)) number += 1;
  return number === 1 ? name : `${name}-${number}`;
};

const snippet = (name, selector, place, state) => {
  const page = /^[\w-]+$/.test(state.page.type) ? state.page.type : JSON.stringify(state.page.path);
  return [
    "slots:", `  ${name}:`, `    pages: [${page}]`, `    at: ${JSON.stringify(selector)}`,
    place === "inside" ? null : `    place: ${place}`,
    "    show:", place === "hide" ? "      - hide: yes" : `      - name: ${name}-1\n        text: What stands here instead`, "",
  ].filter((line) => line !== null).join("\n");
};
