// The overlay: one for the window, whatever becomes of the page's body. What a page in preview ends with tells it.
class Overlay {
  constructor() {
    const root = this.host = document.createElement("floorwalker-overlay");
    this.shadow = root.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.shadow.adoptedStyleSheets = [sheet];
    this.outlineLayer = el("div", { class: "outlines" });
    this.pickLayer = el("div", { class: "pick", hidden: true, tabindex: "-1", role: "application", "aria-label": "Point at an element: arrow keys move, Enter picks, Escape ends" });
    this.status = el("p", { class: "unseen", role: "status" });
    this.frame = el("aside", { class: "frame-of-bar", "aria-label": "Preview" });
    this.shadow.append(this.outlineLayer, this.pickLayer, this.frame, this.status);
    this.outlines = new Outlines(this.outlineLayer, (name) => this.openSlot(name));
    this.picker = new Picker(this.pickLayer, (name) => { this.status.textContent = name; }, (element) => this.picked(element));
    this.shadow.addEventListener("keydown", (event) => { if (event.key === "Escape" && this.opened) { event.stopPropagation(); this.close(); } });
    document.documentElement.append(root);
  }

  tell(state) {
    this.state = state;
    this.opened = null;
    this.build();
    const before = recall();
    this.outlines.show(state, before.outlines !== false);
    this.frame.classList.toggle("is-small", before.small === true);
    if (before.open && this.buttons[before.open]) this.open(before.open, false);
    if (before.scroll) { scrollTo({ top: before.scroll, behavior: "instant" }); remember({ scroll: null }); }
  }

  build() {
    const { state } = this;
    const button = (name, ...shown) => el("button", { type: "button", "aria-expanded": "false", "aria-controls": "panel", click: () => this.toggle(name) }, shown);
    const there = state.slots.filter((slot) => slot.outcome !== null).length;
    this.buttons = {
      who: button("who", el("b", {}, state.persona || "somebody new"), el("span", { class: "when" }, state.day)),
      slots: button("slots", "Slots", el("span", { class: "count" }, String(there))),
    };
    this.buttons.who.classList.add("who");
    const small = el("button", { type: "button", class: "mark", "aria-label": recall().small ? "Unfold the preview bar" : "Fold the preview bar", click: () => this.fold(small) }, carnation());
    this.pickButton = el("button", { type: "button", click: () => this.pick() }, "Pick", el("span", { class: "long" }, " an element"));
    const leave = el("button", { type: "button", class: "leave", click: () => send(state, this.shadow, { leave: "yes" }) }, "Leave", el("span", { class: "long" }, " preview"));
    this.panel = el("div", { class: "panel", id: "panel", role: "group", hidden: true, tabindex: "-1" });
    this.frame.replaceChildren(this.panel, el("div", { class: "bar" }, small, this.buttons.who, this.buttons.slots, this.pickButton, leave));
  }

  fold(button) {
    const small = this.frame.classList.toggle("is-small");
    if (small) this.close(false);
    button.setAttribute("aria-label", small ? "Unfold the preview bar" : "Fold the preview bar");
    remember({ small });
  }

  toggle(name) { if (this.opened === name) this.close(); else this.open(name); }

  open(name, focus = true) {
    const change = (changes) => send(this.state, this.shadow, changes);
    const made = {
      who: () => ["Who sees the site", whoPanel(this.state, change)],
      slots: () => ["What each slot shows", slotsPanel(this.state, (slot) => this.outlines.reveal(slot), (shown) => this.outlines.show(this.state, shown))],
    }[name]();
    this.show(name, ...made, focus);
  }

  show(name, title, content, focus = true) {
    const close = el("button", { type: "button", class: "close", click: () => this.close() }, "Close");
    this.panel.replaceChildren(el("header", {}, el("h2", { id: "title" }, title), close), ...content.flat().filter(Boolean));
    this.panel.setAttribute("aria-labelledby", "title");
    this.panel.hidden = false;
    this.panel.scrollTop = 0;
    this.opened = name;
    for (const [each, button] of Object.entries(this.buttons)) button.setAttribute("aria-expanded", String(each === name));
    remember({ open: name in this.buttons ? name : null });
    if (focus) this.panel.focus({ preventScroll: true });
  }

  close(focus = true) {
    const from = this.buttons[this.opened] || this.pickButton;
    this.panel.hidden = true;
    this.opened = null;
    for (const button of Object.values(this.buttons)) button.setAttribute("aria-expanded", "false");
    remember({ open: null });
    if (focus) from.focus();
  }

  openSlot(name) {
    if (this.opened !== "slots") this.open("slots");
    for (const each of this.panel.querySelectorAll("details[data-slot]")) each.open = each.dataset.slot === name;
    const item = [...this.panel.querySelectorAll("details[data-slot]")].find((each) => each.dataset.slot === name);
    if (item) { item.firstChild.focus(); item.scrollIntoView({ block: "nearest" }); }
  }

  pick() {
    this.close(false);
    this.outlineLayer.hidden = true;
    this.frame.classList.add("is-picking");
    this.picker.start();
  }

  async picked(element) {
    this.frame.classList.remove("is-picking");
    this.outlineLayer.hidden = recall().outlines === false;
    if (!element) { this.pickButton.focus(); return; }
    const owner = blockAround(element, this.state);
    if (owner) { this.refuse(`This belongs to the block ${owner.block} in the slot ${owner.name}, not to the page. Pick an element around it.`); return; }
    await this.tried(element, VOID.includes(element.localName) ? "replace" : "inside");
  }

  refuse(why) {
    this.show("pick", "Your element", [el("p", { class: "warning" }, why), el("button", { type: "button", click: () => this.pick() }, "Pick another element")]);
  }

  async tried(element, place) {
    const selectors = selectorsFor(element);
    let verdicts = selectors.map((selector) => ({ selector, error: "", warning: "", matches: null }));
    try { if (selectors.length) verdicts = await tryOn(element, this.state, selectors, place); } catch { /* the page forbids asking: what the window sees must do */ }
    if (!verdicts.length) { this.refuse("No selector finds this element alone. Pick one around it."); return; }
    this.show("pick", "Your element", pickPanel(element, this.state, verdicts, place, () => this.pick(), (other) => this.tried(element, other)));
  }
}

const NAME = "floorwalker-preview";
if (!customElements.get(NAME)) {
  let overlay = null;
  customElements.define(NAME, class extends HTMLElement {
    connectedCallback() {
      const told = this.querySelector("script");
      if (!told) return;
      overlay ||= new Overlay();
      if (!overlay.host.isConnected) document.documentElement.append(overlay.host);
      overlay.tell(JSON.parse(told.textContent));
    }
  });
}
