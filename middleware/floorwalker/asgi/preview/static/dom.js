// Whatever comes from rules or from the page enters as text: nothing here parses markup.
const el = (name, attributes, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(key, value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
};

const carnation = () => {
  const drawn = (name, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const svg = drawn("svg", { viewBox: "-4 0 32 32", class: "carnation", "aria-hidden": "true" });
  svg.append(
    drawn("path", { class: "stem", d: "M12 18.500V31M12 27c-2.600-.4-4.400-1.900-5.200-4.400 2.600.3 4.300 1.700 5.200 4.400Zm0-2c2.300-.5 3.900-1.900 4.600-4.100-2.400.3-3.900 1.600-4.600 4.100ZM8.800 12.400c.2 3.600 1.300 5.700 3.200 6.200 1.900-.5 3-2.600 3.200-6.200" }),
    drawn("path", { class: "flower", d: "M8.800 12.400C6.500 13 4.200 12.200 3.400 10.300l1.300-.6L3.200 8.500l1.500-.8-.7-1.600 1.700-.1-.1-1.800 1.700.6.500-1.800 1.600 1.100 1-1.700 1.300 1.400 1.500-1.300.8 1.600 1.800-.7.3 1.800 1.800.1-.5 1.600 1.600.7-1.100 1.200 1.400 1.200-1.400.7c-.9 1.900-2.500 2.500-4.700 2.100-2.100.7-4.200.6-6.200-.1Z" }),
  );
  return svg;
};

const KEY = "floorwalker-preview";
const recall = () => { try { return JSON.parse(sessionStorage.getItem(KEY)) || {}; } catch { return {}; } };
const remember = (said) => {
  try { sessionStorage.setItem(KEY, JSON.stringify({ ...recall(), ...said })); } catch { /* a page may forbid it */ }
};

// Where the page lies below the mount, as the switches send it back.
const here = (state) => {
  const to = (location.pathname.slice(state.root.length) || "/") + location.search.replaceAll("\\", "%5C");
  return to.length > 2000 ? "/" : to;
};

// The whole guise goes back, signed anew; a form, for a policy that forbids fetching seldom forbids forms.
const send = (state, shadow, change) => {
  const guise = { to: here(state), persona: state.persona, at: state.fixed ? state.clock : "" };
  for (const each of state.segments) if (each.switched !== null) guise[`segment:${each.name}`] = each.switched ? "in" : "out";
  const fields = Object.entries({ ...guise, ...change }).filter(([, value]) => value !== null);
  const form = el("form", { method: "post", action: state.prefix, hidden: true },
    fields.map(([name, value]) => el("input", { type: "hidden", name, value })));
  remember({ scroll: scrollY });
  document.addEventListener("securitypolicyviolation", (event) => {
    if (event.effectiveDirective === "form-action") location.assign(`${state.prefix}?to=${encodeURIComponent(guise.to)}`);
  });
  shadow.append(form);
  form.submit();
};

const copy = async (text, button) => {
  try { await navigator.clipboard.writeText(text); button.textContent = "Copied"; } catch {
    const shown = button.parentElement.querySelector("code, pre");
    getSelection().selectAllChildren(shown);
    button.textContent = "Selected: now press Ctrl C";
  }
};
