// Puts the page together from the data in it.
const content = JSON.parse(document.getElementById("data").textContent);
const deployments = Object.keys(content.deployments || {});
const chosen = deployments.find((name) => `#deployment=${encodeURIComponent(name)}` === location.hash) || deployments[0];
const data = deployments.length ? content.deployments[chosen] : content;
const byId = (id) => document.getElementById(id);
const few = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

function hero() {
  const bad = data.counts.critical + data.counts.unexpected, good = !bad;
  const mark = good ? `<path d="M5 9.5l3 3 6-7" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/>` : `<path d="M9.5 4.5v7M9.5 14.3v.4" stroke="currentColor" stroke-width="2.4" stroke-linecap="round"/>`;
  const marks = count(data.nodes.map((node) => node.mark));
  const tiles = [
    [data.counts.critical, "critical", data.counts.critical ? "bad" : "good"],
    [data.counts.unexpected, "unexpected", data.counts.unexpected ? "bad" : "good"],
    [data.counts.expected, "expected", "reported"],
    [data.nodes.filter((node) => node.kind !== "external").length, "assets compared", ""],
    [(marks.lost || 0) + (marks.added || 0) + (marks.renamed || 0), "lost, added or renamed", ""],
    [data.attempts.length - 1, "materializations tried", ""],
  ];
  const title = good ? "No unexpected changes" : few(bad, "unexpected difference");
  byId("top").innerHTML = `<div class="hero"><div><span class="seal ${!good ? "bad" : data.needs_action.length ? "warn" : "good"}"><svg viewBox="0 0 19 19" aria-hidden="true">${mark}</svg>${good ? "As reported" : "Unexpected changes"}</span>`
    + `<h1>${esc(title)}</h1><p>Before: ${esc(data.before.what)}. After: ${esc(data.after.what)}. Both were loaded here and materialized against a local dbt Cloud; nothing ran in the real one.</p>${data.needs_action.length ? `<p class="act">Needs action before you deploy: ${data.needs_action.map(esc).join(", ")}.</p>` : ""}</div>`
    + `${choice()}<button type="button" id="theme">Dark</button></div><div class="tiles">${tiles.map(([number, words, kind]) => `<div class="tile ${kind}"><b>${number.toLocaleString("en")}</b><span>${words}</span></div>`).join("")}</div>`;
  document.title = `${good ? "✓" : "✗"} ${chosen ? `${chosen}: ` : ""}${title}`;
}

function choice() {
  if (deployments.length < 2) return "";
  const state = (name) => { const {critical, unexpected} = content.deployments[name].counts; return critical + unexpected ? `${critical + unexpected} unexpected` : "no unexpected changes"; };
  const options = deployments.map((name) => `<option value="${esc(name)}" ${name === chosen ? "selected" : ""}>${esc(name)}: ${state(name)}</option>`);
  return `<label class="field"><span class="hidden">Deployment</span><select id="deployment">${options.join("")}</select></label>`;
}

function choose() {
  if (!byId("deployment")) return;
  byId("deployment").addEventListener("change", (event) => { location.hash = `deployment=${encodeURIComponent(event.target.value)}`; location.reload(); });
}

function theme() {
  const root = document.documentElement, button = byId("theme");
  const set = (dark) => { root.dataset.theme = dark ? "dark" : "light"; button.textContent = dark ? "Light" : "Dark"; button.setAttribute("aria-label", `Switch to ${dark ? "light" : "dark"} colours`); };
  const wish = matchMedia("(prefers-color-scheme: dark)");
  set(wish.matches);
  wish.addEventListener("change", () => set(wish.matches));
  button.addEventListener("click", () => set(root.dataset.theme !== "dark"));
}

function values(row) {
  const one = (text, side) => `<div class="value ${side} ${text ? "" : "none"}">${text ? esc(text) : "nothing"}</div>`;
  return `<div class="values">${one(row.before, "was")}${one(row.after, "now")}</div>`;
}

function surprises() {
  const rows = data.differences.filter((row) => row.verdict !== "expected");
  byId("surprises").hidden = !rows.length;
  const said = {"asset renamed": "Its history and partitions stay behind under the old key.", "asset lost": "It is gone.", "asset added": "It was not there before.", "dbt commands reach more": "dbt touches more than before."};
  const shown = rows.slice(0, 40);
  byId("surprise-list").innerHTML = shown.map((row) => `<li><span class="pill ${row.verdict}">${VERDICTS[row.verdict]}</span> <b>${esc(row.kind)}</b> of ${asset(row)} ${said[row.kind] ? `<span class="quiet">${said[row.kind]}</span>` : ""}${values(row)}</li>`).join("")
    + (rows.length > shown.length ? `<li class="quiet">and ${rows.length - shown.length} more, in the table below</li>` : "");
  link(byId("surprise-list"));
}

function asset(row) { return row.node === null ? `<code>${esc(row.subject)}</code>` : `<button type="button" class="link mono" data-node="${row.node}">${esc(row.subject)}</button>`; }
function link(element) { for (const button of element.querySelectorAll("button[data-node]")) button.addEventListener("click", () => goTo(Number(button.dataset.node))); }
function goTo(node) { graph.chooseNode(node); byId("graph").scrollIntoView({block: "start"}); }

function legend() {
  const marks = count(data.nodes.map((node) => node.mark));
  const words = {reported: "changed as reported", unexpected: "changed unexpectedly", renamed: "renamed", added: "added", lost: "lost"};
  byId("legend").innerHTML = Object.entries(words).filter(([mark]) => marks[mark]).map(([mark, text]) => `<li><svg viewBox="-9 -9 18 18" aria-hidden="true"><g class="badge ${mark}"><circle r="8.5"/><text y="4">${SYMBOL[mark]}</text></g></svg>${marks[mark].toLocaleString("en")} ${text}</li>`).join("")
    + (marks.same ? `<li>${marks.same.toLocaleString("en")} unchanged</li>` : "");
  for (const side of ["before", "after"]) byId(`${side}-caption`).innerHTML = `<b>${side === "before" ? "Before" : "After"}</b> ${esc(data[side].what)}: ${few(data[side].assets, "asset")}, ${few(data[side].external_assets, "external asset")}, ${few(data[side].checks, "check")}, ${few(data[side].jobs, "job")}`;
}

function detail(box) {
  const element = byId("detail");
  if (!box) { element.textContent = ""; return; }
  if (box.group !== undefined) {
    const marks = count(box.members.map((at) => data.nodes[at].mark));
    element.innerHTML = `<div class="head"><h3>${esc(box.group)}</h3><span class="quiet">${few(box.members.length, "asset")}: ${Object.entries(marks).map(([mark, number]) => `${number} ${mark}`).join(", ")}</span><button type="button">Open this group</button></div>`;
    element.querySelector("button").addEventListener("click", () => graph.open(box.group));
    return;
  }
  const at = box.members[0], node = data.nodes[at], rows = data.differences.filter((row) => row.node === at);
  const reported = rows.filter((row) => row.verdict === "expected"), rest = rows.filter((row) => row.verdict !== "expected");
  const one = (row) => `<div><p><span class="pill ${row.verdict}">${row.verdict === "expected" ? esc(row.code) : VERDICTS[row.verdict]}</span> <b>${esc(row.kind)}</b> <span class="quiet">${esc(row.title)}</span></p>${values(row)}</div>`;
  element.innerHTML = `<div class="head"><h3>${esc(name(node))}</h3><span class="quiet">group ${esc(node.group)}; ${{dbt: "made by dbt Cloud", own: "your own code", external: "made elsewhere"}[node.kind]}</span>`
    + (graph.show === "around" ? `<button type="button" data-do="all">Show all assets</button>` : `<button type="button" data-do="around">Show its neighbours</button>`)
    + (graph.canFold && graph.show === "all" ? `<button type="button" data-do="close">Fold ${esc(node.fold)}</button>` : "") + `</div>`
    + (node.mark === "renamed" ? `<p>${esc(node.before)} → ${esc(node.after)}</p>` : "") + rest.map(one).join("")
    + (reported.length ? `<details ${rest.length ? "" : "open"}><summary>${few(reported.length, "expected difference")}</summary>${reported.map(one).join("")}</details>` : rest.length ? "" : `<p class="quiet">The same before and after.</p>`);
  const does = {all: () => { graph.show = "all"; graph.build(); graph.chooseNode(at); }, around: () => graph.around(at), close: () => graph.close(node.fold)};
  for (const button of element.querySelectorAll("button[data-do]")) button.addEventListener("click", does[button.dataset.do]);
}

// What the controls say follows what the pictures show.
function shown(pictures) {
  const around = byId("show").querySelector("[value=around]");
  around.hidden = around.disabled = pictures.show !== "around";
  byId("show").value = pictures.show;
  byId("fold").textContent = pictures.folded.size ? "Open groups" : "Fold groups";
  byId("fold").disabled = !pictures.canFold || pictures.show === "around";
}

function find(query) {
  const found = graph.find(query);
  byId("found").textContent = found === null ? "" : found ? `${few(found, "asset")} found` : "No asset found";
}

function attempts() {
  const side = (commands, words) => `<div><p class="quiet hidden">${words}</p>${runsOf(commands).map(([number, members]) => `<div class="run"><p>${esc(members[0].job_name)} · ${members[0].new_job ? "new " : ""}job ${members[0].job}</p>${members.map(command).join("")}</div>`).join("") || `<p class="quiet">nothing</p>`}</div>`;
  const state = (row) => !row.succeeded.before || !row.succeeded.after ? `<span class="pill unexpected">failed ${[row.succeeded.before ? "" : "before", row.succeeded.after ? "" : "after"].filter(Boolean).join(" and ")}</span>` : row.as_reported ? `<span class="pill expected">expected</span>` : `<span class="pill critical">differs</span>`;
  byId("attempts").innerHTML = data.attempts.map((row) => `<div class="attempt"><div class="head"><h3>${esc(row.title)}</h3>${row.action === "load" ? "" : state(row)}</div><div class="sides">${side(row.before, "Before")}${side(row.after, "After")}</div></div>`).join("");
}

function runsOf(commands) {
  const runs = new Map();
  for (const each of commands) { if (!runs.has(each.run)) runs.set(each.run, []); runs.get(each.run).push(each); }
  return [...runs];
}

function command(row) {
  const nodes = row.nodes === null ? "" : few(row.nodes.length, "node"), wait = row.wait;
  const listed = row.nodes && row.nodes.length ? `<details><summary>${nodes}</summary><ul>${row.nodes.slice(0, 400).map((node) => `<li class="mono">${esc(node)}</li>`).join("")}${row.nodes.length > 400 ? `<li>and ${row.nodes.length - 400} more</li>` : ""}</ul></details>` : "";
  return `<div class="command"><code>${esc(cut(row.command, 600))}</code><span>${esc(wait)}</span>${listed}</div>`;
}

function codes() {
  const place = (reason) => `<li><code>${esc(reason.place)}</code> ${esc(reason.message)}</li>`;
  const rows = data.codes.map((row, at) => `${at && data.codes[at - 1].class === row.class ? "" : `<h3>${esc(row.class)}</h3>`}<details class="code"><summary><span class="pill expected">${row.code}</span><b>${esc(row.title)}</b><span class="quiet">${row.count ? few(row.count, "difference") : "not visible here"}</span></summary><p>${esc(row.means)}</p><p class="quiet">${esc(row.do)}</p><ul>${row.reasons.map(place).join("")}</ul></details>`);
  byId("code-list").innerHTML = rows.join("") || `<p class="quiet">Nothing.</p>`;
}

hero();
choose();
theme();
legend();
const graph = new Graph(data, detail, shown);
const table = new Table(data.differences, goTo);
surprises();
attempts();
codes();
byId("notes").hidden = !data.notes.length;
byId("note-list").innerHTML = data.notes.map((note) => `<li>${esc(note)}</li>`).join("");
byId("foot").textContent = `legacy-shim ${data.tool.version}, Dagster ${data.after.dagster}. This page is one file and asks no other for anything.`;
byId("find").addEventListener("input", (event) => find(event.target.value.trim()));
byId("show").addEventListener("change", (event) => { graph.show = event.target.value; graph.build(); });
for (const option of byId("show").options) option.disabled = option.value !== "all" && !graph.surprising.length;
byId("fold").addEventListener("click", () => graph.foldAll(!graph.folded.size));
byId("in").addEventListener("click", () => graph.zoom(1.25));
byId("out").addEventListener("click", () => graph.zoom(0.8));
byId("fit").addEventListener("click", () => graph.fit());
for (const [id, by] of [["previous", -1], ["next", 1]]) { byId(id).disabled = !graph.surprising.length; byId(id).addEventListener("click", () => graph.step(by)); }
document.documentElement.dataset.ready = "yes";
