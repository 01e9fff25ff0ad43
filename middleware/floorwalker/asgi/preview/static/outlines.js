// Which part of the page is which slot: from comments, and from the selectors of slots whose element stays.
const MARK = /^(\/?)(slot|fw):([A-Za-z0-9][A-Za-z0-9_.-]{0,63})$/;
const OUTSIDE = ["replace", "hide", "before", "after", "first", "last"];

let changed = new Set();

const marked = () => {
  const spans = new Map();
  const begun = [];
  const comments = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_COMMENT);
  while (comments.nextNode()) {
    const found = MARK.exec(comments.currentNode.data);
    if (!found) continue;
    const [, ends, kind, name] = found;
    if (!ends) { begun.push({ kind, name, start: comments.currentNode }); continue; }
    const at = begun.findLastIndex((each) => each.kind === kind && each.name === name);
    if (at < 0) continue;
    const [{ start }] = begun.splice(at);
    if (!spans.has(name)) spans.set(name, []);
    spans.get(name).push({ start, end: comments.currentNode });
  }
  return spans;
};

const selected = (slot) => { try { return [...document.querySelectorAll(slot.at)]; } catch { return []; } };

// Places: { slot, boxOf() } for everything that is there; what is not is told from `slot.outcome`.
const placesOf = (state) => {
  const spans = marked();
  const places = [];
  for (const slot of state.slots) {
    const own = spans.get(slot.name) || [];
    for (const span of own) places.push({ slot, first: span.start, boxOf: () => boxOfSpan(span) });
    const stays = slot.at && !own.length && slot.outcome && !(slot.block && slot.outcome === "changed" && OUTSIDE.includes(slot.place));
    const element = stays ? selected(slot)[0] : null;
    if (element) places.push({ slot, first: element, boxOf: () => element.getBoundingClientRect() });
  }
  return places;
};

const boxOfSpan = ({ start, end }) => {
  if (!start.isConnected || !end.isConnected) return null;
  const range = document.createRange();
  range.setStartAfter(start);
  range.setEndBefore(end);
  const rects = [...range.getClientRects()].filter((rect) => rect.width > 0 || rect.height > 0);
  if (!rects.length) return lineWhereNothingIs(start);
  const left = Math.min(...rects.map((rect) => rect.left));
  const top = Math.min(...rects.map((rect) => rect.top));
  const right = Math.max(...rects.map((rect) => rect.right));
  const bottom = Math.max(...rects.map((rect) => rect.bottom));
  return { left, top, width: right - left, height: bottom - top };
};

const lineWhereNothingIs = (start) => {
  const before = start.previousElementSibling;
  const parent = start.parentElement && start.parentElement.getBoundingClientRect();
  if (!parent || parent.width === 0) return null;
  const top = before ? before.getBoundingClientRect().bottom : parent.top;
  return { left: parent.left, top, width: parent.width, height: 0 };
};

class Outlines {
  constructor(layer, choose) {
    this.layer = layer;
    this.choose = choose;
    this.places = [];
    this.due = false;
    this.stale = true;
    const moved = () => this.later(false);
    for (const event of ["scroll", "resize", "load", "transitionend", "toggle"]) addEventListener(event, moved, { capture: true, passive: true });
    new MutationObserver(() => this.later(true)).observe(document.documentElement, { subtree: true, childList: true, attributes: true, characterData: true });
    if (document.body) new ResizeObserver(moved).observe(document.body);
  }

  show(state, visible) {
    this.state = state;
    changed = new Set(state.slots.filter((slot) => slot.block).map((slot) => slot.name));
    this.layer.hidden = !visible;
    this.later(true);
  }

  later(stale) {
    this.stale ||= stale;
    if (this.due) return;
    this.due = true;
    requestAnimationFrame(() => { this.due = false; this.draw(); });
  }

  draw() {
    if (this.stale) {
      this.stale = false;
      this.places = placesOf(this.state);
      this.layer.replaceChildren(...this.places.map((place) => {
        const { slot } = place;
        const label = el("button", { type: "button", class: "label", tabindex: "-1", click: () => this.choose(slot.name) },
          el("b", {}, slot.name), ` · ${shownIn(slot)}`);
        return (place.box = el("div", { class: slot.block ? "box is-changed" : "box" }, label));
      }));
    }
    const taken = [];
    for (const place of this.places) this.put(place, taken);
  }

  put({ box, boxOf }, taken) {
    const rect = around(boxOf());
    box.hidden = !rect || rect.top > innerHeight || rect.top + rect.height < 0 || rect.width <= 8;
    if (box.hidden) return;
    const left = Math.max(rect.left, 1);
    const right = Math.min(rect.left + rect.width, document.documentElement.clientWidth - 1);
    Object.assign(box.style, { left: `${left}px`, top: `${rect.top}px`, width: `${Math.max(right - left, 1)}px`, height: `${rect.height}px` });
    const isAbove = rect.top >= 22;
    let top = isAbove ? rect.top - 22 : Math.max(rect.top, 0);
    const width = Math.min(box.firstChild.offsetWidth, innerWidth);
    const at = Math.max(0, isAbove ? Math.min(left, innerWidth - width - 4) : right - width);
    while (taken.some((other) => Math.abs(other.top - top) < 22 && at < other.right && other.left < at + width)) top += 22;
    taken.push({ top, left: at, right: at + width });
    Object.assign(box.firstChild.style, { top: `${top - rect.top}px`, left: `${at - left}px` });
  }

  reveal(name) {
    const place = this.places.find((each) => each.slot.name === name);
    for (const each of this.places) each.box.classList.toggle("is-chosen", each.slot.name === name);
    const rect = place && place.boxOf();
    if (!rect) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (rect.top < 0 || rect.top + Math.min(rect.height, 80) > innerHeight - 60) scrollBy({ top: rect.top - innerHeight / 4, behavior: calm ? "instant" : "smooth" });
  }
}

// Four pixels of air around what is there.
const around = (rect) => rect && { left: rect.left - 4, top: rect.top - 4, width: rect.width + 8, height: rect.height + 8 };

// The slot whose block an element belongs to.
const blockAround = (element, state) => {
  const within = ({ start, end }) => start.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING && end.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_PRECEDING;
  const spans = marked();
  return state.slots.find((slot) => slot.block && ((spans.get(slot.name) || []).some(within)
    || (slot.at && slot.place === "inside" && slot.outcome === "changed" && selected(slot)[0] !== element && selected(slot)[0]?.contains(element))));
};

const shownIn = (slot) => (!slot.block ? "the page’s own" : slot.block === "hide" ? "hidden" : slot.block);
