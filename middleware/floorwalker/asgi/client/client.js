/* floorwalker: fills the slots that are left to the page, and tells the site what happens in it; see docs/owners.md.
   SLOTS: [name, selector, place, whether it is left to the page]. ASKED: whether the site asks for consent. Sent without comments and indentation. */
const own = document.currentScript || document.querySelector("script[src*='/client.js']"); /* a module has none */
if (!own || window.floorwalker) return; /* two of them would begin two visitors */
const base = own.src.replace(/\/client\.js.*$/, ""), asks = own.dataset, doc = document;
const policy = window.trustedTypes?.createPolicy?.("floorwalker", { createHTML: (html) => html });
const trusted = (html) => (policy ? policy.createHTML(html) : html);
const address = () => (location.pathname + location.search).slice(0, 4096);
const on = (name, act) => addEventListener(name, act, true);
const bySlot = () => ({ __proto__: null });
let defaults = bySlot(); /* what the page had */
let blocks = bySlot(); /* what it has now */
let page; /* this view of it */

/* Slots as the page bears them, the inner before the outer: <!--slot:NAME-->…<!--/slot:NAME--> marks a place, and
   <!--fw:SLOT:BLOCK-->…<!--/fw--> a block in it, whoever put it there. */
const MARK = /^(\/?)(?:slot:(\S+)|fw(?::([^:]+):(.*))?)$/;
const scan = (root = doc) => {
  const walker = doc.createTreeWalker(root, 128 /* comments */), open = [], found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, [mark, ends, name, slot, block] = MARK.exec(node.data) || [];
    if (!mark) continue;
    if (!ends) open.push({ name, slot: name || slot, block: decodeURIComponent(block || ""), begin: node });
    else {
      const one = open.findLast((one) => one.name === name && !one.end);
      if (one?.begin.parentNode === node.parentNode) found.push(one), (one.end = node);
    }
  }
  return found;
};
const rangeOf = ({ begin, end }) => {
  const range = new Range();
  range.setStartAfter(begin);
  range.setEndBefore(end);
  return range;
};

/* How to put something into each slot that is wanted: where it is filled or marked, else where its selector points. */
const places = (wanted) => {
  const found = bySlot(), add = (slot, put) => wanted(slot) && (found[slot] ??= put);
  for (const one of scan()) {
    const { name, slot, begin, end } = one;
    add(slot, (made) => {
      swap(name, rangeOf(one), made);
      if (!name) begin.remove(), end.remove();
    });
  }
  for (const [slot, selector, place] of SLOTS) {
    const element = selector && doc.querySelector(selector);
    if (element) add(slot, (made) => point(slot, element, place, made));
  }
  return found;
};
const swap = (slot, range, made) => {
  const had = range.extractContents();
  if (slot) defaults[slot] ??= had;
  range.insertNode(made(range));
};
const point = (slot, element, place, made) => {
  if (place === "hide") return element.remove();
  const range = new Range(), inner = { first: "prepend", last: "append" }[place];
  if (place === "inside" || inner) range.selectNodeContents(element);
  else range.selectNode(element);
  if (place === "inside") swap(slot, range, made);
  else element[inner || (place === "replace" ? "replaceWith" : place)](made(range));
};

/* Made from a range, so that scripts in a block run as they do in a page that the server filled. */
const put = (found, slots) => {
  for (const [slot, { html, block, arm }] of Object.entries(slots)) {
    try {
      if (html != null)
        found[slot]((range) => {
          const made = range.createContextualFragment(trusted(html));
          made.prepend(new Comment(`fw:${slot}:${encodeURIComponent(block)}`));
          made.append(new Comment("/fw"));
          return made;
        });
      else if (blocks[slot] && defaults[slot]) found[slot](() => defaults[slot].cloneNode(true));
      tell(slot, block, arm);
    } catch { /* the page changed meanwhile; the others stand on their own */ }
  }
};
const tell = (slot, block, arm) => {
  blocks[slot] = block;
  if (block) doc.dispatchEvent(new CustomEvent("floorwalker:shown", { detail: { slot, block, arm } }));
};

/* One after the other: of two at once each would begin a visitor. */
let line = Promise.resolve();
const ask = (path, options, found) => {
  line = line.then(async () => {
    const answer = await fetch(base + path, options);
    if (answer.status === 200) put(found, (await answer.json()).slots);
  }).catch(() => {});
};
const fill = () => {
  const found = places((slot) => blocks[slot] == null && SLOTS.some((one) => one[0] === slot && one[3]));
  const names = Object.keys(found);
  while (names.length)
    ask(`/slots?${new URLSearchParams({ names: names.splice(0, 32), url: page.url, referrer: page.referrer })}`, {}, found);
};

/* What happened goes to the site; what it changes in slots that the page wants to keep up to date comes back. */
const bodyOf = (event, live) => {
  const { url, referrer } = page, id = `${Math.random()}${Date.now()}`;
  return { method: "POST", keepalive: true, body: JSON.stringify({ url, referrer, live, events: [{ id, ...event }] }) };
};
const send = (event) => {
  const live = bySlot(), found = places(() => asks.fwLive != null);
  for (const slot in found) live[slot] = blocks[slot] || "";
  ask("/collect", bodyOf(event, live), found);
};
const track = (event, properties) => send({ type: "track", event, properties });

/* A view: how long it is seen, how far down, and, once, that it is over. */
const look = (referrer) => {
  page = { url: address(), referrer: referrer.slice(0, 4096), scroll: 0 };
  watch();
};
const watch = () => {
  if (!doc.hidden) page.since ??= performance.now();
  page.scroll = Math.max(page.scroll, (100 * (scrollY + innerHeight)) / doc.documentElement.scrollHeight);
};
const leave = () => {
  if (page.left) return;
  page.left = true;
  const seconds = (performance.now() - page.since) / 1000; /* NaN, which is sent as null, of a page that nobody saw */
  const told = bodyOf({ type: "left", seconds, scroll: page.scroll });
  navigator.sendBeacon?.(`${base}/collect`, told.body) || ask("/collect", told);
};

/* In an application of one page a new address is a new view. */
const moved = () => {
  if (address() === page.url) return;
  leave();
  look(location.origin + page.url);
  blocks = bySlot();
  defaults = bySlot();
  send({ type: "page" });
  line = line.then(fill); /* by then the application has made its view */
};
const follow = (name) => {
  const change = history[name];
  history[name] = function (...told) {
    change.apply(this, told);
    moved();
  };
};

/* The block that something lies in, or that lies in the link that was clicked. */
const blockOf = (target) => {
  const around = ({ begin, end }) => begin.compareDocumentPosition(target) & 4 && end.compareDocumentPosition(target) & 2;
  return [...scan().filter(around), ...scan(target.closest("a,button") || target)].find((one) => !one.name);
};
const acted = ({ type, target }) => {
  if (!target.closest) return;
  const element = target.closest("[data-fw-event]"), told = {};
  if (element && element.matches("form") === (type === "submit")) {
    for (const key in element.dataset)
      if (/^fw(?!Event$)[A-Z]/.test(key)) told[key.slice(2).replace(/\B[A-Z]/g, "_$&").toLowerCase()] = element.dataset[key];
    track(element.dataset.fwEvent, told);
  }
  const one = type === "click" && blockOf(target), gone = target.closest("[data-fw-dismiss]");
  if (!one) return;
  track(gone ? "Slot Dismissed" : "Slot Clicked", { slot: one.slot, block: one.block });
  if (gone) rangeOf(one).deleteContents();
};

/* What the server filled is told to the site's own analytics; of a page made ahead of time, to the server as well. */
const start = (ahead) => {
  const shown = bySlot();
  look(doc.referrer);
  for (const [slot, selector, , left] of SLOTS) if (!left && doc.querySelector(selector)) shown[slot] = "";
  for (const { slot, block } of scan()) {
    shown[slot] ||= block;
    if (block) tell(slot, block, "treatment");
  }
  if (ahead) send({ type: "activation", shown });
  else if (asks.fwPage != null) send({ type: "page", load: true });
  fill();
  follow("pushState");
  follow("replaceState");
  on("popstate", moved);
  on("scroll", watch);
  on("pagehide", leave);
  on("pageshow", ({ persisted }) => persisted && (look(doc.referrer), send({ type: "page" })));
  on("visibilitychange", () => (doc.hidden ? leave() : watch()));
  on("click", acted);
  on("submit", acted);
  /* The time zone lies in the browser of those alone for whom content may be chosen by it. Of the names of what may be
     allowed, one alone has a p. */
  const said = /fw-consent=1\.[^.]*(\.[a-z~]*p)?/.exec(doc.cookie);
  const may = said ? said[1] : asks.fwZone != null || !(ASKED || navigator.globalPrivacyControl || navigator.doNotTrack > 0);
  doc.cookie = `fw_tz=${may ? Intl.DateTimeFormat().resolvedOptions().timeZone : ""};path=/;max-age=${may ? 34560000 : 0};samesite=lax`;
};
window.floorwalker = { track, fill, traits: (traits) => send({ type: "traits", traits }) };

/* A page that is made ahead of time is nobody's yet. */
const ready = () => {
  const [arrival] = performance.getEntriesByType("navigation");
  if (doc.prerendering) on("prerenderingchange", () => start(true));
  else start(arrival?.activationStart || arrival?.deliveryType === "navigational-prefetch");
};
if (doc.readyState === "loading") on("DOMContentLoaded", ready);
else ready();
