/* floorwalker: fills the slots that are left to the page. SLOTS: [name, selector, place] of each; see docs/owners.md */
(() => {
  const own = document.currentScript || document.querySelector("script[src*='/client.js']"); /* a module has none */
  if (!own || window.floorwalkerClient) return; /* two of them would begin two visitors */
  window.floorwalkerClient = true;
  const base = own.src.replace(/\/client\.js.*$/, "");
  const policy = window.trustedTypes?.createPolicy?.("floorwalker", { createHTML: (html) => html });
  const trusted = (html) => (policy ? policy.createHTML(html) : html);
  const puts = {
    inside: { by: "replaceChildren" }, first: { by: "prepend" }, last: { by: "append" },
    replace: { by: "replaceWith", outside: true }, before: { by: "before", outside: true }, after: { by: "after", outside: true },
  };

  /* Marked places: from <!--slot:NAME--> to <!--/slot:NAME-->, the first of each name. */
  const marked = () => {
    const found = new Map(), open = new Map();
    const comments = document.createTreeWalker(document, NodeFilter.SHOW_COMMENT);
    while (comments.nextNode()) {
      const [, end, name] = /^(\/?)slot:(\S+)$/.exec(comments.currentNode.data) || [];
      if (!name || found.has(name)) continue;
      if (!end) open.set(name, comments.currentNode);
      else if (open.has(name) && open.get(name).parentNode === comments.currentNode.parentNode) {
        const range = document.createRange();
        range.setStartAfter(open.get(name));
        range.setEndBefore(comments.currentNode);
        found.set(name, (html) => {
          range.deleteContents();
          range.insertNode(range.createContextualFragment(trusted(html)));
        });
      }
    }
    return found;
  };

  /* Made from a range, so that scripts in a block run as they do in a page that the server filled. */
  const pointed = (element, place) => (html) => {
    if (place === "hide") return element.remove();
    const range = document.createRange();
    if (puts[place].outside) range.selectNode(element);
    else range.selectNodeContents(element);
    element[puts[place].by](range.createContextualFragment(trusted(html)));
  };

  const places = () => {
    const found = new Map(), marks = marked();
    for (const [name, selector, place] of SLOTS) {
      const element = selector && document.querySelector(selector);
      if (element) found.set(name, pointed(element, place));
      else if (!selector && marks.has(name)) found.set(name, marks.get(name));
    }
    return found;
  };

  const fill = async () => {
    const found = places();
    if (!found.size) return;
    const names = [...found.keys()];
    /* One after the other: of two at once each would begin a visitor. */
    while (names.length) await ask(names.splice(0, 32), found);
  };

  const ask = async (names, found) => {
    const asked = new URLSearchParams({
      names: names.join(),
      url: (location.pathname + location.search).slice(0, 4096),
      referrer: document.referrer.slice(0, 4096),
    });
    const answer = await fetch(`${base}/slots?${asked}`, { credentials: "same-origin" });
    if (!answer.ok) return;
    for (const [slot, shown] of Object.entries((await answer.json()).slots)) {
      try {
        if (shown.html !== null) found.get(slot)(shown.html);
      } catch {
        continue; /* the page changed meanwhile; the others stand on their own */
      }
      const detail = { slot, block: shown.block, arm: shown.arm };
      document.dispatchEvent(new CustomEvent("floorwalker:shown", { detail }));
    }
  };

  /* A page that is made ahead of time is nobody's yet. */
  const start = () => {
    if (document.prerendering) document.addEventListener("prerenderingchange", start, { once: true });
    else fill().catch(() => {});
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
