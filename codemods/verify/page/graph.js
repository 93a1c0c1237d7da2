// The two pictures: one arrangement of boxes, drawn once for each side, seen through one view.
const GRAVITY = ["same", "reported", "unexpected", "renamed", "added", "lost"];
const SYMBOL = {reported: "i", unexpected: "!", renamed: "→", added: "+", lost: "−"};
const MANY = 120; // boxes that are taken in at a glance
const FEW = 60; // hits of a search whose groups are opened
const ROOM = BOX.width - 24; // for a text in a box
const FAMILY = getComputedStyle(document.body).fontFamily, LABEL = `550 13px ${FAMILY}`, SMALL = `10.5px ${FAMILY}`; // as in the style
const PEN = document.createElement("canvas").getContext("2d");

class Graph {
  constructor(data, onChoose, onShow) {
    this.nodes = data.nodes;
    this.edges = data.edges;
    this.onChoose = onChoose;
    this.onShow = onShow;
    this.panes = {before: document.getElementById("before"), after: document.getElementById("after")};
    this.view = {x: 0, y: 0, k: 1};
    this.show = "all";
    this.query = "";
    this.opened = new Set(); // groups that a search has opened
    const groups = new Set(this.nodes.map((node) => node.group));
    foldsOf(this.nodes, groups.size < 3);
    this.colours = new Map([...groups].sort().map((group, number) => [group, `hsl(${Math.round(number * 137.5 + 205) % 360} 55% 50%)`]));
    const folds = new Set(this.nodes.map((node) => node.fold));
    this.canFold = folds.size > 1 && folds.size < this.nodes.length;
    this.folded = new Set(this.nodes.length > MANY && this.canFold ? folds : []);
    const every = withoutCycles(this.nodes.length, [...this.edges.before, ...this.edges.after]);
    this.depth = columnsOf(netOf(this.nodes.length, every));
    this.surprising = this.nodes.flatMap((node, at) => GRAVITY.indexOf(node.mark) > 1 ? [at] : []);
    for (const pane of Object.values(this.panes)) this.listen(pane);
    new ResizeObserver(() => { this.measure(); this.fit(); }).observe(this.panes.before);
    this.build();
  }

  // What is to be seen: boxes, and the lines between them on each side.
  build() {
    const visible = this.visible();
    this.boxes = [];
    this.boxOf = new Map();
    const groups = new Map();
    for (const at of visible) {
      const node = this.nodes[at];
      if (this.show === "around" || !this.folded.has(node.fold)) { this.boxOf.set(at, this.boxes.length); this.boxes.push({members: [at], sort: node.fold + name(node)}); continue; }
      if (!groups.has(node.fold)) { groups.set(node.fold, this.boxes.length); this.boxes.push({members: [], sort: node.fold, group: node.fold}); }
      this.boxOf.set(at, groups.get(node.fold));
      this.boxes[groups.get(node.fold)].members.push(at);
    }
    // Groups depend on each other in circles: they stand as deep as their assets do on average.
    if (groups.size) for (const box of this.boxes) box.depth = Math.round(box.members.reduce((sum, at) => sum + this.depth[at], 0) / box.members.length);
    const lines = {before: this.lines("before"), after: this.lines("after")};
    const all = new Map([...lines.before, ...lines.after]);
    this.size = layOut(this.boxes, [...all.values()]);
    this.lineSets = {
      both: [...lines.before].filter(([key]) => lines.after.has(key)).map(([, line]) => line),
      before: [...lines.before].filter(([key]) => !lines.after.has(key)).map(([, line]) => line),
      after: [...lines.after].filter(([key]) => !lines.before.has(key)).map(([, line]) => line),
    };
    this.chosen = null;
    this.shape();
    this.draw();
    this.measure();
    this.fit();
    this.onShow(this);
  }

  // Wide pictures stand one above the other, and no higher than they need.
  shape() {
    const panes = this.panes.before.closest(".panes"), stretch = this.size.width / this.size.height;
    panes.classList.toggle("stacked", stretch > 2.2);
    const width = panes.clientWidth / (stretch > 2.2 ? 1 : 2), wanted = Math.min(width / stretch, this.size.height * 1.15) + 60;
    const most = Math.max(260, innerHeight * (stretch > 2.2 ? 0.4 : 0.68));
    panes.style.setProperty("--height", `${Math.round(Math.max(200, Math.min(most, wanted)))}px`);
  }

  visible() {
    const every = this.nodes.map((_, at) => at);
    if (this.show === "all") return every;
    if (this.show === "around") {
      const wanted = new Set([this.centre]);
      for (const [from, to] of [...this.edges.before, ...this.edges.after]) {
        if (from === this.centre) wanted.add(to);
        if (to === this.centre) wanted.add(from);
      }
      return every.filter((at) => wanted.has(at));
    }
    const wanted = new Set(this.surprising);
    if (this.show === "near") for (const [from, to] of [...this.edges.before, ...this.edges.after]) {
      if (GRAVITY.indexOf(this.nodes[from].mark) > 1) wanted.add(to);
      if (GRAVITY.indexOf(this.nodes[to].mark) > 1) wanted.add(from);
    }
    return every.filter((at) => wanted.has(at));
  }

  lines(side) {
    const found = new Map();
    for (const [from, to] of this.edges[side]) {
      const a = this.boxOf.get(from), b = this.boxOf.get(to);
      if (a !== undefined && b !== undefined && a !== b) found.set(a * this.boxes.length + b, [a, b]);
    }
    return found;
  }

  draw() {
    for (const [side, pane] of Object.entries(this.panes)) {
      const changed = side === "before" ? "lost" : "added";
      pane.innerHTML = `<g class="world"><path class="edges" d="${this.path(this.lineSets.both)}"/>`
        + `<path class="edges ${changed}" d="${this.path(this.lineSets[side])}"/><path class="edges lit"/>`
        + `<g>${this.boxes.map((box, at) => this.box(box, at, side)).join("")}</g></g>`;
    }
    this.highlight();
  }

  path(lines) {
    return lines.map(([from, to]) => {
      const a = this.boxes[from], b = this.boxes[to];
      const middle = BOX.height / 2, passed = this.size.routes.get(from * this.boxes.length + to) ?? [];
      const spots = [[a.x + BOX.width, a.y + middle], ...passed.flatMap(([x, y]) => [[x, y], [x + BOX.width, y]]), [b.x, b.y + middle]];
      return `M${r(spots[0][0])} ${r(spots[0][1])}` + spots.slice(1).map(([x, y], number) => curve(spots[number], [x, y])).join("");
    }).join("");
  }

  box(box, at, side) {
    const folded = box.group !== undefined, marks = count(box.members.map((one) => this.nodes[one].mark));
    const mark = [...GRAVITY].reverse().find((each) => marks[each]) || "same";
    const node = this.nodes[box.members[0]];
    const here = folded ? box.members.filter((one) => this.nodes[one][side]).length : Number(node[side] !== null);
    const title = folded ? box.group : node[side] ?? name(node);
    const small = folded ? `${here} ${here === 1 ? "asset" : "assets"}` : groupOf(node, side);
    const classes = ["node", mark, folded ? "folded" : node.kind, here ? "" : "ghost"].join(" ");
    const badge = SYMBOL[mark] ? `<g class="badge ${mark}" transform="translate(${BOX.width - 4} 4)"><circle r="9"/><text y="4">${SYMBOL[mark]}</text></g>` : "";
    return `<g class="${classes}" data-at="${at}" transform="translate(${r(box.x)} ${r(box.y)})"><title>${esc(this.words(box, side))}</title>`
      + `<rect class="box" width="${BOX.width}" height="${BOX.height}" rx="8"/>`
      + `<rect class="strip" x="5" y="8" width="4" height="${BOX.height - 16}" rx="2" fill="${this.colours.get(node.group)}"/>`
      + `<g class="label"><text class="small" x="16" y="15">${esc(fitted(small, SMALL))}</text><text x="16" y="31">${esc(fitted(shorten(title), LABEL))}</text></g>`
      + (folded ? meter(marks, box.members.length) : "") + badge + `</g>`;
  }

  words(box, side) {
    if (box.group !== undefined) return `${box.group}: ${box.members.length} assets. Double-click to open.`;
    const node = this.nodes[box.members[0]];
    const what = {lost: "lost", added: "added", renamed: `renamed from ${node.before} to ${node.after}`, unexpected: "changed unexpectedly", reported: "changed as reported", same: "unchanged"};
    return `${node[side] ?? name(node)} (${groupOf(node, side)}): ${what[node.mark]}`;
  }

  // Whether each asset is one that the search means: by its key on either side, or by its group.
  hits() {
    const query = this.query.toLowerCase();
    return this.nodes.map((node) => [node.before, node.after, node.group, node.fold].some((text) => text !== null && text.toLowerCase().includes(query)));
  }

  highlight() {
    const hits = this.query ? this.hits() : null;
    const hit = this.boxes.map((box) => !hits || box.members.some((at) => hits[at]));
    for (const [side, pane] of Object.entries(this.panes)) {
      for (const element of pane.querySelectorAll(".node")) {
        const at = Number(element.dataset.at);
        element.classList.toggle("dim", !hit[at]);
        element.classList.toggle("chosen", at === this.chosen);
      }
      const lines = this.chosen === null ? [] : [...this.lineSets.both, ...this.lineSets[side]].filter((line) => line.includes(this.chosen));
      pane.classList.toggle("choice", this.chosen !== null);
      pane.querySelector(".lit").setAttribute("d", this.path(lines));
    }
    return hit;
  }

  // Looks for assets, opens the groups that hold them where they are few, and answers how many they are; null without a query.
  find(query) {
    this.query = query;
    const found = query ? this.hits().flatMap((hit, at) => hit ? [at] : []) : [];
    const before = this.opened.size;
    for (const fold of this.opened) this.folded.add(fold);
    this.opened.clear();
    if (found.length <= FEW) for (const at of found) if (this.folded.delete(this.nodes[at].fold)) this.opened.add(this.nodes[at].fold);
    if (before || this.opened.size) this.build();
    const boxes = this.highlight().flatMap((hit, at) => hit ? [at] : []);
    if (query && boxes.length && boxes.length < this.boxes.length) this.frame(boxes);
    return query ? found.length : null;
  }

  choose(at, {centre = false} = {}) {
    this.chosen = at;
    this.highlight();
    if (centre && at !== null) this.frame([at]);
    this.onChoose(at === null ? null : this.boxes[at]);
  }

  chooseNode(at) {
    const node = this.nodes[at];
    if (this.show !== "all" && !this.boxOf.has(at)) { this.show = "all"; this.build(); }
    if (this.folded.delete(node.fold)) this.build();
    this.choose(this.boxOf.get(at), {centre: true});
  }

  open(group) { this.folded.delete(group); this.build(); }

  close(group) { this.folded.add(group); this.build(); this.choose(this.boxes.findIndex((box) => box.group === group), {centre: true}); }

  // One asset with what it depends on and what depends on it, on either side.
  around(at) {
    this.show = "around";
    this.centre = at;
    this.build();
    this.choose(this.boxOf.get(at));
  }

  foldAll(fold) {
    this.opened.clear();
    this.folded = new Set(fold ? this.nodes.map((node) => node.fold) : []);
    this.build();
  }

  step(by) {
    if (!this.surprising.length) return;
    this.at = ((this.at ?? (by > 0 ? -1 : 0)) + by + this.surprising.length) % this.surprising.length;
    this.chooseNode(this.surprising[this.at]);
  }

  // The view. The size of a pane is kept: to ask for it has the browser lay out all boxes again.
  measure() { this.pane = this.panes.before.getBoundingClientRect(); }

  fit() { this.frame(this.boxes.map((_, at) => at), 1.15); }

  frame(members, limit = 1) {
    if (!members.length) return;
    const xs = members.map((at) => this.boxes[at].x), ys = members.map((at) => this.boxes[at].y);
    const left = least(xs), top = least(ys), width = -least(xs.map((x) => -x)) + BOX.width - left, height = -least(ys.map((y) => -y)) + BOX.height - top;
    const pane = this.pane;
    const k = Math.max(0.02, Math.min(limit, (pane.width - 40) / width, (pane.height - 40) / height));
    this.view = {k, x: pane.width / 2 - (left + width / 2) * k, y: pane.height / 2 - (top + height / 2) * k};
    this.look();
  }

  zoom(factor, at) {
    const pane = this.pane;
    const x = at ? at.x : pane.width / 2, y = at ? at.y : pane.height / 2;
    const k = Math.min(4, Math.max(0.02, this.view.k * factor)), by = k / this.view.k;
    this.view = {k, x: x - (x - this.view.x) * by, y: y - (y - this.view.y) * by};
    this.look();
  }

  move(x, y) { this.view.x += x; this.view.y += y; this.look(); }

  look() {
    const {x, y, k} = this.view;
    for (const pane of Object.values(this.panes)) {
      pane.querySelector(".world").setAttribute("transform", `translate(${r(x)} ${r(y)}) scale(${k.toFixed(4)})`);
      pane.classList.toggle("far", k < 0.62);
      pane.classList.toggle("farther", k < 0.3);
    }
  }

  listen(pane) {
    let from = null, moved = 0;
    const point = (event) => { const box = pane.getBoundingClientRect(); return {x: event.clientX - box.left, y: event.clientY - box.top}; };
    const boxAt = (event) => { const found = event.target.closest(".node"); return found ? Number(found.dataset.at) : null; };
    pane.addEventListener("pointerdown", (event) => { if (event.button) return; from = point(event); moved = 0; });
    pane.addEventListener("pointermove", (event) => {
      if (!from) return;
      const now = point(event);
      moved += Math.abs(now.x - from.x) + Math.abs(now.y - from.y);
      if (moved > 4 && !pane.hasPointerCapture(event.pointerId)) { pane.setPointerCapture(event.pointerId); pane.classList.add("dragging"); }
      this.move(now.x - from.x, now.y - from.y);
      from = now;
    });
    const end = () => { from = null; pane.classList.remove("dragging"); };
    pane.addEventListener("pointerup", end);
    pane.addEventListener("pointercancel", end);
    pane.addEventListener("click", (event) => { if (moved <= 4) this.choose(boxAt(event)); });
    pane.addEventListener("dblclick", (event) => {
      const at = boxAt(event);
      if (at !== null && this.boxes[at].group !== undefined) this.open(this.boxes[at].group);
      else this.zoom(1.6, point(event));
    });
    pane.addEventListener("wheel", (event) => {
      if (!(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY / 300), point(event));
    }, {passive: false});
    pane.addEventListener("keydown", (event) => {
      const keys = {ArrowLeft: () => this.move(60, 0), ArrowRight: () => this.move(-60, 0), ArrowUp: () => this.move(0, 60), ArrowDown: () => this.move(0, -60),
        "+": () => this.zoom(1.25), "=": () => this.zoom(1.25), "-": () => this.zoom(0.8), 0: () => this.fit(), n: () => this.step(1), p: () => this.step(-1), Escape: () => this.choose(null),
        Enter: () => { const box = this.boxes[this.chosen]; if (box && box.group !== undefined) this.open(box.group); }};
      if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      keys[event.key]();
    });
  }
}

// Puts each asset into a group that can be folded, of MANY assets at most: by Dagster's group, by the parts of its key, by how its
// name begins (stg_, fct_), and at last by the alphabet.
function foldsOf(nodes, deeper) {
  const parts = nodes.map((node) => {
    const key = name(node).split("/"), last = key.pop();
    return [node.group, ...key, ...(last.includes("_") ? [last.slice(0, last.indexOf("_") + 1)] : []), ];
  });
  const split = (members, title, level) => {
    const inner = new Map();
    for (const at of members) {
      const part = parts[at][level] ?? "";
      if (!inner.has(part)) inner.set(part, []);
      inner.get(part).push(at);
    }
    if (inner.size === members.length || (inner.size === 1 && inner.has(""))) return slices(members, title);
    for (const [part, own] of inner) {
      const named = !part ? title : title ? `${title} · ${part}` : part;
      if (own.length > MANY || (deeper && !level)) split(own, named, level + 1);
      else for (const at of own) nodes[at].fold = named;
    }
  };
  const slices = (members, title) => {
    const sorted = [...members].sort((a, b) => name(nodes[a]) < name(nodes[b]) ? -1 : 1), leaf = (at) => cut(name(nodes[at]).split("/").pop(), 8);
    for (let from = 0; from < sorted.length; from += MANY) {
      const slice = sorted.slice(from, from + MANY), named = sorted.length > MANY ? `${title} · ${leaf(slice[0])} to ${leaf(slice[slice.length - 1])}` : title;
      for (const at of slice) nodes[at].fold = named;
    }
  };
  split(nodes.map((_, at) => at), "", 0);
}

function curve([x1, y1], [x2, y2]) {
  if (y1 === y2) return `L${r(x2)} ${r(y2)}`;
  const bend = Math.max(28, Math.abs(x2 - x1) / 2);
  return `C${r(x1 + bend)} ${r(y1)} ${r(x2 - bend)} ${r(y2)} ${r(x2)} ${r(y2)}`;
}

function meter(marks, total) {
  const width = BOX.width - 32;
  let x = 16;
  return GRAVITY.map((mark) => {
    if (!marks[mark]) return "";
    const part = Math.max(3, width * marks[mark] / total), drawn = `<rect class="meter ${mark}" x="${r(x)}" y="${BOX.height - 5}" width="${r(part)}" height="3" rx="1"/>`;
    x += part;
    return drawn;
  }).join("");
}

function groupOf(node, side) { return side === "before" ? node.was_group : node.group; }
function name(node) { return node.after ?? node.before; }
function count(list) { const found = {}; for (const each of list) found[each] = (found[each] || 0) + 1; return found; }
function least(list) { return list.reduce((a, b) => Math.min(a, b), Infinity); }
function r(number) { return Math.round(number * 10) / 10; }
function cut(text, size) { return text.length > size ? text.slice(0, size - 1) + "…" : text; }
// The end of a key whole, and as much of its beginning as fits: `orders` alone would be the name of three assets.
function shorten(key) {
  const end = key.lastIndexOf("/"), last = key.slice(end);
  let size = end;
  while (size > 0 && wide(`${key.slice(0, size)}${size < end ? "…" : ""}${last}`, LABEL) > ROOM) size -= 1;
  return size > 0 ? `${key.slice(0, size)}${size < end ? "…" : ""}${last}` : key.slice(end + 1);
}
function fitted(text, font) {
  let size = text.length;
  while (size > 1 && wide(cut(text, size), font) > ROOM) size = Math.min(size - 1, Math.ceil(size * ROOM / wide(cut(text, size), font)));
  return cut(text, size);
}
function wide(text, font) { PEN.font = font; return PEN.measureText(text).width; }
// What would steer the reader's eye is shown as an escape, as in the other formats.
const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
function esc(text) { return String(text).replace(STEERING, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).replace(/[&<>"']/g, (letter) => ({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})[letter]); }
