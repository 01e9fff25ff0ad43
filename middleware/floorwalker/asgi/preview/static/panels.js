// What the panels say. Every text is set as text.
const SIGNS = { true: ["✓", "holds", "holds"], false: ["✗", "does not hold", "fails"], null: ["?", "not known", "unknown"] };

const sign = (holds) => {
  const [drawn, said, look] = SIGNS[holds];
  return el("span", { class: `sign ${look}` }, el("span", { "aria-hidden": "true" }, drawn), el("span", { class: "unseen" }, said));
};

const tree = (nodes) => el("ul", { class: "tree" }, nodes.map((node) => el("li", {},
  sign(node.holds), " ", el("span", { class: "asked" }, node.asked),
  node.found && el("span", { class: "found" }, `found ${node.found}`),
  node.of.length > 0 && tree(node.of))));

const whyOf = (segment) => {
  if (!segment.why) return [el("p", { class: "quiet" }, "There are too many segments to explain them all here; “floorwalker explain” does.")];
  const switched = segment.switched !== null && el("p", { class: "quiet" }, `Switched ${segment.switched ? "on" : "off"} by you. By the rules:`);
  return [switched, tree([segment.why])];
};

const segmentRow = (segment, change) => {
  const id = `segment-${segment.name}`;
  const box = el("input", { type: "checkbox", id, checked: segment.in, change: () => change({ [`segment:${segment.name}`]: box.checked ? "in" : "out" }) });
  const undo = segment.switched !== null && el("button", { type: "button", class: "link", click: () => change({ [`segment:${segment.name}`]: null }) }, "as the rules say");
  return el("li", { class: segment.switched === null ? null : "is-switched" },
    el("div", { class: "row" }, box, el("label", { for: id }, el("b", {}, segment.name), segment.draft && el("i", { class: "tag" }, "draft"),
      segment.about && el("span", { class: "about" }, segment.about)), undo),
    el("details", {}, el("summary", {}, "Why", el("span", { class: "unseen" }, ` ${segment.name}`)), whyOf(segment)));
};

const segmentsPart = (state, change) => {
  const rows = state.segments.map((segment) => [segment, segmentRow(segment, change)]);
  const list = el("ul", { class: "list" });
  const fill = (words) => list.replaceChildren(...rows.filter(([segment]) => `${segment.name} ${segment.about}`.toLowerCase().includes(words.toLowerCase()))
    .sort(([one], [other]) => (other.switched !== null) - (one.switched !== null) || other.in - one.in).map(([, row]) => row));
  fill("");
  const many = state.segments.length > 12;
  const field = el("input", { type: "search", placeholder: "Find a segment", "aria-label": "Find a segment", input: () => fill(field.value) });
  const members = state.segments.filter((segment) => segment.in).length;
  return el("section", {}, el("h3", {}, `Segments: in ${members} of ${state.segments.length}`), many && field,
    state.segments.length ? list : el("p", { class: "quiet" }, "The rules define none."));
};

const whoPanel = (state, change) => {
  const known = state.personas.some((each) => each.name === state.persona);
  const people = [["", "somebody new"], ...state.personas.map((each) => [each.name, each.name])];
  if (state.persona && !known) people.push([state.persona, `${state.persona} (not in the rules)`]);
  const who = el("select", { id: "persona", change: () => change({ persona: who.value }) },
    people.map(([value, shown]) => el("option", { value, selected: value === state.persona }, shown)));
  const about = (state.personas.find((each) => each.name === state.persona) || {}).about;
  const when = el("input", { type: "datetime-local", id: "when", value: state.clock, required: true });
  const go = (event) => { event.preventDefault(); if (when.value) change({ at: when.value }); };
  return [
    el("section", {}, el("label", { for: "persona" }, "Who"), who,
      state.persona && !known ? el("p", { class: "warning" }, "The rules know no such persona, so this is somebody new.") : about && el("p", { class: "quiet" }, about)),
    el("form", { submit: go }, el("label", { for: "when" }, `When, in ${state.zone}`),
      el("div", { class: "row" }, when, el("button", {}, "Show this time")),
      state.fixed && el("button", { type: "button", class: "link", click: () => change({ at: "" }) }, known ? "the persona’s own time" : "now")),
    segmentsPart(state, change),
    el("p", { class: "quiet" }, `Nothing here is remembered or counted. The preview ends at ${new Date(state.until * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}.`),
  ];
};

const REASONS = {
  entry: "An entry that fits.", otherwise: "No entry fits.", off: "Personalization is switched off.", excluded: "They are in a segment that sees the site as it is.",
  robot: "Robots see the page as it is.", "other page": "The slot is not for this page.", public: "The app lets shared caches keep this page, so it stays as it is.", control: "An entry fits, but they are in the control group.",
};
const OUTCOMES = {
  "too long": "Its content is longer than 64 KB, so it keeps its default.", unclosed: "What it lies in ends first, so it keeps its default.",
  "cut off": "It is not closed, so it keeps its default.", "not shown": "It lies in another slot that was changed.", "by script": "The script in the page fills it: deliver: script.",
};

const notesOn = (slot) => {
  const notes = [REASONS[slot.reason] || slot.reason];
  if (slot.outcome === null) notes.unshift(slot.at ? `Nothing in this page matches ${slot.at}.` : `This page has no marker <!--slot:${slot.name}-->.`);
  else if (OUTCOMES[slot.outcome]) notes.push(OUTCOMES[slot.outcome]);
  const matches = slot.at && slot.outcome && !(slot.block && OUTSIDE.includes(slot.place)) ? selected(slot).length : 1;
  if (matches > 1) notes.push(`${slot.at} matches ${matches} elements here; only the first is served.`);
  return notes;
};

const slotItem = (slot, reveal) => el("details", { "data-slot": slot.name, toggle: (event) => { if (event.target.open) reveal(slot.name); } },
  el("summary", {}, el("b", {}, slot.name), el("span", { class: slot.block ? "shown is-changed" : "shown" }, slot.outcome === null ? "not in this page" : shownIn(slot))),
  notesOn(slot).map((note) => el("p", { class: "quiet" }, note)),
  slot.at && el("p", { class: "quiet" }, "at ", el("code", {}, slot.at), slot.place === "inside" ? null : `, ${slot.place}`),
  slot.why.length > 0 && tree(slot.why));

const slotsPanel = (state, reveal, outline) => {
  const outlined = el("input", { type: "checkbox", checked: recall().outlines !== false, change: () => { remember({ outlines: outlined.checked }); outline(outlined.checked); } });
  const there = state.slots.filter((slot) => slot.outcome !== null);
  const missing = state.slots.filter((slot) => slot.outcome === null);
  const list = (slots) => el("div", { class: "list" }, slots.map((slot) => slotItem(slot, reveal)));
  return [
    el("label", { class: "row" }, outlined, "Outline the slots on the page"),
    state.off && el("p", { class: "warning" }, "Personalization is switched off: site: {personalize: no}."),
    state.robot && el("p", { class: "warning" }, `Their browser counts as a robot (${state.robot}), and robots see the page as it is.`),
    state.page.public && el("p", { class: "warning" }, "The app lets shared caches keep this page, so no slot is served in it."),
    el("section", {}, el("h3", {}, "On this page"), there.length ? list(there) : el("p", { class: "quiet" }, "No slot is in this page.")),
    missing.length > 0 && el("section", {}, el("h3", {}, "Meant for it, and not in this page"), list(missing)),
  ];
};

const pickPanel = (element, state, verdicts, place, again, retry) => {
  const found = best(verdicts);
  const absent = verdicts.every((each) => !each.error && each.matches === 0);
  const code = (text, tag) => { const button = el("button", { type: "button", click: () => copy(text, button) }, "Copy"); return el("div", { class: "copy" }, el(tag, {}, text), button); };
  const where = el("select", { id: "place", change: () => retry(where.value) }, PLACES.map(([value, shown]) => el("option", { value, selected: value === place }, `${value}: ${shown}`)));
  const problem = found.error || found.warning;
  const judged = found.matches === 1 ? "It is the only one in the page as the app makes it, and the rewriter serves it." : "It is the only one in this page. Whether the page as the app makes it holds it, could not be seen.";
  const verdict = absent ? ["warning", "In the page as the app makes it nothing matches: a script or a block has put this element there, or the page leaves end tags out before it. Pick one around it."]
    : found.matches > 1 ? ["warning", `${found.matches} elements match in the page as the app makes it; only the first would be served.`]
      : problem ? ["warning", problem[0].toUpperCase() + problem.slice(1) + "."] : ["good", judged];
  return [
    el("p", { class: "quiet" }, nameOf(element)),
    !absent && code(`at: ${JSON.stringify(found.selector)}`, "code"),
    el("p", { class: verdict[0] }, verdict[1]),
    !absent && el("section", {}, el("label", { for: "place" }, "Where the block goes"), where),
    !absent && el("section", {}, el("h3", {}, "A whole slot"), code(snippet(slotName(element, state), found.selector, place, state), "pre")),
    el("button", { type: "button", click: again }, "Pick another element"),
  ];
};
