// Selectors that the rewriter serves: ids, classes, attributes, short paths. Names that a build makes up change with it.
const isGenerated = (name) =>
  name.length > 40 || /[:\d]{3,}|^\d|:/.test(name) || /^(css|sc|jss|emotion|svelte|ember|react|radix|mui|chakra)[-_]/i.test(name)
  || name.split(/[-_]+/).some((part) => part.length >= 5 && /[a-z]\d+[a-z]|\d[a-z]+\d|[a-z][A-Z]+[a-z]*[A-Z]/.test(part));
const isPassing = (name) => /^(is|has|js|ng|v)-|^(active|open|opened|closed|selected|current|hover|focus|visible|hidden|loaded|show|collapsed|dark|light)$/i.test(name);

const finds = (selector) => { try { return [...document.querySelectorAll(selector)]; } catch { return []; } };
const isOnly = (selector, element) => { const found = finds(selector); return found.length === 1 && found[0] === element; };

// One element's own names, the most lasting first.
const namesOf = (element) => {
  const tag = CSS.escape(element.localName);
  const names = [];
  if (element.id && !isGenerated(element.id)) names.push(`#${CSS.escape(element.id)}`);
  const classes = [...element.classList].filter((name) => !isGenerated(name) && !isPassing(name)).slice(0, 4);
  names.push(...classes.map((name) => `${tag}.${CSS.escape(name)}`));
  if (classes.length > 1) names.push(`${tag}.${classes.slice(0, 2).map((name) => CSS.escape(name)).join(".")}`);
  for (const { name, value } of element.attributes) {
    if (!/^(data-[a-z-]+|role|name|itemprop|aria-label|aria-labelledby)$/.test(name) || isGenerated(value) || /["\\\n]/.test(value)) continue;
    names.push(value ? `${tag}[${name}="${value}"]` : `${tag}[${name}]`);
  }
  names.push(tag);
  return names;
};

// Where a block stands among the children, they are not those of the page as the app made it.
const isMixed = (element) => [...element.childNodes].some((node) => {
  const found = node.nodeType === Node.COMMENT_NODE && MARK.exec(node.data);
  return found && changed.has(found[3]);
});

const nthOfType = (element) => {
  const alike = [...element.parentElement.children].filter((each) => each.localName === element.localName);
  const tag = CSS.escape(element.localName);
  return alike.length === 1 ? tag : `${tag}:nth-of-type(${alike.indexOf(element) + 1})`;
};

// A browser puts a tbody into a table that is written without one; no selector may count on it.
const mayBeImplied = (element) => element.localName === "tbody" && !element.attributes.length;

// Up to twelve selectors that find this element alone, the best first.
const selectorsFor = (element) => {
  const found = mayBeImplied(element) ? [] : namesOf(element).filter((name) => isOnly(name, element));
  let path = "";
  let link = " > ";
  for (let each = element; each.parentElement && found.length < 12; each = each.parentElement) {
    if (mayBeImplied(each) && each !== element) { link = " "; continue; }
    const step = path === null || isMixed(each.parentElement) ? null : nthOfType(each);
    path = step && (path ? step + link + path : step);
    let parent = each.parentElement;
    link = mayBeImplied(parent) ? " " : " > ";
    if (mayBeImplied(parent)) parent = parent.parentElement;
    const anchor = parent && namesOf(parent).find((name) => isOnly(name, parent));
    if (!anchor) continue;
    const below = each === element ? link : " ";
    const named = namesOf(element).map((name) => anchor + below + name).find((selector) => isOnly(selector, element));
    found.push(...[named, path && anchor + link + path].filter((selector) => selector && isOnly(selector, element)));
  }
  return [...new Set(found)].slice(0, 12);
};
