// Small helpers for the page. Text always becomes text: nothing here makes HTML of a string.

export const byId = (id) => document.getElementById(id);

/** An element with attributes, properties (`.name`), listeners (`on…`) and children. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name.startsWith(".")) element[name.slice(1)] = value;
    else if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** One of the page's symbols. */
export function icon(name) {
  const element = svg("svg", { class: "icon", "aria-hidden": "true" });
  element.append(svg("use", { href: `#i-${name}` }));
  return element;
}

/** Gives an element the colour of a name; the style sheet makes it readable in light and dark. */
export function tint(element, name) {
  let hash = 2166136261;
  for (const char of name) hash = Math.imul(hash ^ char.codePointAt(0), 16777619) >>> 0;
  element.style.setProperty("--hue", String((hash >>> 8) % 360));
  return element;
}

/** The first letters of a name, in its colour. */
export function avatar(name) {
  return paintAvatar(el("span", { class: "avatar", "aria-hidden": "true" }), name);
}

export function paintAvatar(element, name) {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  element.textContent = letters.map((word) => [...word][0] ?? "").join("").toUpperCase() || "?";
  return tint(element, name);
}

export const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

/** Milliseconds for people: 0.8 ms, 12 ms, 3.4 s. */
export function span(ms) {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** Calls `render` once after everything that asks for it now has happened. */
export function soon(render) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    queueMicrotask(() => {
      asked = false;
      render();
    });
  };
}
