// Where the boxes stand: in columns by how far they are from the beginning, in each column near what they depend on.
// Linear in boxes and lines, but for the sorting, so that thousands are placed at once.
const BOX = {width: 176, height: 40, gapX: 74, gapY: 14, between: 26};
const ROUTED = 400; // up to so many boxes, a line that passes a column gets a place of its own in it

// `edges` are pairs of positions in `boxes`. Sets x and y of each box; returns the size of it all, and for each edge,
// by `from * boxes.length + to`, the points that it passes. Boxes that have a depth stand in that column.
function layOut(boxes, edges) {
  const given = boxes.some((box) => box.depth !== undefined) ? boxes.map((box) => box.depth) : null;
  const lines = given ? edges.filter(([from, to]) => given[from] < given[to]) : withoutCycles(boxes.length, edges);
  const net = netOf(boxes.length, lines);
  const column = given ?? columnsOf(net);
  const routes = new Map();
  if (boxes.length <= ROUTED) passColumns(net, lines, column, routes, boxes.length);
  const columns = [], alone = [];
  for (let at = 0; at < net.count; at++) {
    if (at < boxes.length && !net.out[at].length && !net.into[at].length) alone.push(at);
    else (columns[column[at]] ||= []).push(at);
  }
  const filled = columns.filter(Boolean);
  const names = (at) => at < boxes.length ? boxes[at].sort : "";
  arrange(filled, net, names);
  const spots = place(filled, alone, net, boxes.length);
  boxes.forEach((box, at) => { box.x = spots.x[at]; box.y = spots.y[at] - BOX.height / 2; });
  const passed = new Map([...routes].map(([key, list]) => [key, list.map((at) => [spots.x[at], spots.y[at]])]));
  return {width: spots.width, height: spots.height, routes: passed};
}

function netOf(count, lines) {
  const net = {count, out: Array.from({length: count}, () => []), into: Array.from({length: count}, () => [])};
  for (const [from, to] of lines) { net.out[from].push(to); net.into[to].push(from); }
  return net;
}

// Folded groups may depend on each other in a circle: the line that closes it counts for nothing here.
function withoutCycles(count, edges) {
  const out = Array.from({length: count}, () => []);
  for (const [from, to] of edges) if (from !== to) out[from].push(to);
  const state = new Uint8Array(count), kept = [];
  for (let start = 0; start < count; start++) {
    if (state[start]) continue;
    const stack = [[start, 0]];
    state[start] = 1;
    while (stack.length) {
      const top = stack[stack.length - 1];
      if (top[1] === out[top[0]].length) { state[top[0]] = 2; stack.pop(); continue; }
      const to = out[top[0]][top[1]++];
      if (state[to] === 1) continue;
      kept.push([top[0], to]);
      if (!state[to]) { state[to] = 1; stack.push([to, 0]); }
    }
  }
  return kept;
}

function columnsOf(net) {
  const column = Array(net.count).fill(0), waiting = net.into.map((list) => list.length), ready = [], order = [];
  for (let at = 0; at < net.count; at++) if (!waiting[at]) ready.push(at);
  while (ready.length) {
    const at = ready.pop();
    order.push(at);
    for (const to of net.out[at]) {
      column[to] = Math.max(column[to], column[at] + 1);
      if (!--waiting[to]) ready.push(to);
    }
  }
  // What nothing leads to stands right before what it leads to.
  for (const at of order) if (!net.into[at].length && net.out[at].length) column[at] = Math.min(...net.out[at].map((to) => column[to])) - 1;
  return column;
}

// A line over several columns becomes a chain of short ones, by way of a spot in each column that it passes.
function passColumns(net, lines, column, routes, size) {
  for (const [from, to] of lines) {
    if (column[to] - column[from] < 2) continue;
    net.out[from].splice(net.out[from].indexOf(to), 1);
    net.into[to].splice(net.into[to].indexOf(from), 1);
    const route = [];
    let last = from;
    for (let at = column[from] + 1; at < column[to]; at++) {
      const spot = net.count++;
      column.push(at);
      net.out.push([]);
      net.into.push([last]);
      net.out[last].push(spot);
      route.push(spot);
      last = spot;
    }
    net.out[last].push(to);
    net.into[to].push(last);
    routes.set(from * size + to, route);
  }
}

function arrange(columns, net, names) {
  const rank = new Float64Array(net.count);
  const note = (members) => members.forEach((at, number) => { rank[at] = number / members.length; });
  for (const members of columns) { members.sort((a, b) => compare(names(a), names(b)) || a - b); note(members); }
  for (let round = 0; round < 8; round++) {
    const forward = round % 2 === 0;
    for (const members of forward ? columns : [...columns].reverse()) {
      const weight = new Map(members.map((at) => [at, mean((forward ? net.into : net.out)[at], rank, rank[at])]));
      members.sort((a, b) => weight.get(a) - weight.get(b) || rank[a] - rank[b]);
      note(members);
    }
  }
}

// y is that of the middle, of boxes and of the spots of lines alike.
function place(columns, alone, net, size) {
  const x = new Float64Array(net.count), y = new Float64Array(net.count);
  const half = (at) => (at < size ? BOX.height + BOX.gapY : BOX.gapY) / 2;
  const rows = Math.max(9, Math.ceil(Math.sqrt(size) * 1.8));
  const isWide = columns.some((members) => members.length > rows * 2);
  let right = 0;
  const fill = (members, perLane, top) => {
    let down = top, lane = 0;
    members.forEach((at, number) => {
      if (number && number % perLane === 0) { lane++; down = top; }
      x[at] = right + lane * (BOX.width + BOX.between);
      y[at] = down + half(at);
      down += 2 * half(at);
    });
    right += lane * (BOX.width + BOX.between) + BOX.width + BOX.gapX;
  };
  const lanes = (members) => Math.ceil(members.length / Math.ceil(members.length / rows));
  for (const members of columns) fill(members, isWide ? lanes(members) : Infinity, 0);
  centre(columns, y);
  if (!isWide) straighten(columns, net, y, half);
  const linked = columns.flat();
  const top = linked.reduce((most, at) => Math.min(most, y[at] - half(at)), linked.length ? Infinity : 0);
  if (alone.length) fill(alone, lanes(alone), top);
  let height = 0;
  for (let at = 0; at < net.count; at++) { y[at] -= top; height = Math.max(height, y[at]); }
  return {x, y, width: Math.max(right - BOX.gapX, BOX.width), height: height + BOX.height / 2};
}

function centre(columns, y) {
  const ends = columns.map((members) => members.reduce((most, at) => Math.max(most, y[at]), 0));
  const most = ends.reduce((a, b) => Math.max(a, b), 0);
  columns.forEach((members, number) => { for (const at of members) y[at] += (most - ends[number]) / 2; });
}

// Each column moves as near to its neighbours as the order and the gaps in it allow.
function straighten(columns, net, y, half) {
  for (let round = 0; round < 10; round++) {
    const forward = round % 2 === 0;
    for (const members of forward ? columns : [...columns].reverse()) {
      const wish = members.map((at) => mean((forward ? net.into : net.out)[at], y, y[at]));
      const down = [], up = [];
      members.forEach((at, number) => {
        const gap = number ? half(members[number - 1]) + half(at) : 0;
        down[number] = number ? Math.max(wish[number], down[number - 1] + gap) : wish[number];
      });
      for (let number = members.length - 1; number >= 0; number--) {
        const last = number === members.length - 1, gap = last ? 0 : half(members[number]) + half(members[number + 1]);
        up[number] = last ? wish[number] : Math.min(wish[number], up[number + 1] - gap);
      }
      members.forEach((at, number) => { y[at] = (down[number] + up[number]) / 2; });
    }
  }
}

function mean(list, values, otherwise) {
  if (!list.length) return otherwise;
  let sum = 0;
  for (const at of list) sum += values[at];
  return sum / list.length;
}

function compare(a, b) { return a < b ? -1 : a > b ? 1 : 0; }
