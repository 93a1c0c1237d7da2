// The table of differences: filtered and sorted as data, and drawn a page at a time.
const PAGE = 150;
const VERDICTS = {critical: "critical", unexpected: "unexpected", expected: "expected"};
const COLUMNS = [
  {title: "Verdict", width: "112px", text: (row) => VERDICTS[row.verdict], sort: (row) => ["critical", "unexpected", "expected"].indexOf(row.verdict)},
  {title: "Code", width: "84px", text: (row) => row.verdict === "expected" ? row.code : ""},
  {title: "What", width: "16%", text: (row) => row.kind},
  {title: "Of", width: "22%", text: (row) => row.subject},
  {title: "Before", text: (row) => row.before},
  {title: "After", text: (row) => row.after},
];

class Table {
  constructor(rows, onAsset) {
    this.rows = rows.map((row) => ({...row, all: COLUMNS.map((column) => column.text(row)).join("\n").toLowerCase()}));
    this.onAsset = onAsset;
    this.element = document.getElementById("table");
    this.shown = PAGE;
    this.order = null;
    this.filter = {text: "", verdict: "", kind: ""};
    this.head();
    this.options("verdict", "Every verdict", Object.keys(VERDICTS), (value) => VERDICTS[value]);
    this.options("kind", "Every kind", [...new Set(rows.map((row) => row.kind))].sort(), (value) => value);
    const input = document.getElementById("filter");
    let pause = 0;
    input.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(() => this.set({text: input.value.trim().toLowerCase()}), 120); });
    document.getElementById("more").addEventListener("click", () => { this.shown += PAGE * 4; this.draw(); });
    this.draw();
  }

  options(id, every, values, words) {
    const select = document.getElementById(id);
    const number = count(this.rows.map((row) => row[id]));
    select.innerHTML = `<option value="">${every}</option>` + values.filter((value) => number[value]).map((value) => `<option value="${esc(value)}">${esc(words(value))} (${number[value].toLocaleString("en")})</option>`).join("");
    select.addEventListener("change", () => this.set({[id]: select.value}));
  }

  set(filter) { Object.assign(this.filter, filter); this.shown = PAGE; this.draw(); }

  head() {
    const row = this.element.tHead.rows[0];
    COLUMNS.forEach((column, number) => {
      const cell = document.createElement("th");
      cell.scope = "col";
      if (column.width) cell.style.width = column.width;
      cell.innerHTML = `<button type="button">${column.title}</button>`;
      cell.firstChild.addEventListener("click", () => this.sortBy(number));
      row.append(cell);
    });
  }

  sortBy(number) {
    const descending = this.order && this.order.number === number && !this.order.descending;
    this.order = {number, descending};
    [...this.element.tHead.rows[0].cells].forEach((cell, at) => at === number ? cell.setAttribute("aria-sort", descending ? "descending" : "ascending") : cell.removeAttribute("aria-sort"));
    this.draw();
  }

  found() {
    const words = this.filter.text.split(/\s+/).filter(Boolean);
    const rows = this.rows.filter((row) => (!this.filter.verdict || row.verdict === this.filter.verdict) && (!this.filter.kind || row.kind === this.filter.kind) && words.every((word) => row.all.includes(word)));
    if (!this.order) return rows;
    const column = COLUMNS[this.order.number], key = column.sort || column.text, sign = this.order.descending ? -1 : 1;
    return rows.sort((a, b) => sign * compare(key(a), key(b)));
  }

  draw() {
    const rows = this.found(), body = this.element.tBodies[0];
    body.innerHTML = rows.slice(0, this.shown).map((row) => this.row(row)).join("") || `<tr><td colspan="6" class="quiet">Nothing matches.</td></tr>`;
    for (const button of body.querySelectorAll("button[data-node]")) button.addEventListener("click", () => this.onAsset(Number(button.dataset.node)));
    document.getElementById("count").textContent = `${rows.length.toLocaleString("en")} of ${this.rows.length.toLocaleString("en")} differences`;
    document.getElementById("more").hidden = rows.length <= this.shown;
  }

  row(row) {
    const subject = row.node === null ? esc(row.subject) : `<button type="button" class="link" data-node="${row.node}">${esc(row.subject)}</button>`;
    return `<tr><td><span class="pill ${row.verdict}">${VERDICTS[row.verdict]}</span></td><td class="mono">${esc(COLUMNS[1].text(row))}</td><td>${esc(row.kind)}</td><td>${subject}</td>`
      + `<td><div class="clip">${esc(row.before)}</div></td><td><div class="clip">${esc(row.after)}</div></td></tr>`;
  }
}
